// A subscriber in Node: prints its port, and then the type of each message whose signature is right.
// `node webhooks.js SECRET library` checks with the package standardwebhooks (npm install standardwebhooks, in this
// folder or where NODE_PATH leads); `node webhooks.js SECRET own` by the specification, with nothing but Node.

const crypto = require("node:crypto");
const http = require("node:http");

const [secret, by] = process.argv.slice(2);

function verifiedByOwn(body, headers) {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const content = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  const wanted = "v1," + crypto.createHmac("sha256", key).update(content).digest("base64");
  if (!headers["webhook-signature"].split(" ").includes(wanted)) throw new Error("no matching signature");
  return JSON.parse(body);
}

const verified =
  by === "library"
    ? (body, headers) => new (require("standardwebhooks").Webhook)(secret).verify(body, headers)
    : verifiedByOwn;

const server = http.createServer((request, response) => {
  const pieces = [];
  request.on("data", (piece) => pieces.push(piece));
  request.on("end", () => {
    try {
      console.log(verified(Buffer.concat(pieces).toString(), request.headers).type);
      response.writeHead(204).end();
    } catch (error) {
      console.log(String(error));
      response.writeHead(400).end();
    }
  });
});

if (by === "library") require("standardwebhooks");
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
