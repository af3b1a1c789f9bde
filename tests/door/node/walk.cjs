// A journey by the official SDKs for Node: events go out with `cloudevents`, and what follows from them comes back as
// webhooks, which `standardwebhooks` checks. Arguments: the server's address, and the events as JSON. Prints one JSON
// object: the answers' statuses by mode, and the types of the webhooks whose signatures are right.
const http = require("node:http");
const { CloudEvent, HTTP, emitterFor, httpTransport, Mode } = require("cloudevents");
const { Webhook } = require("standardwebhooks");

const [address, given, wanted] = [process.argv[2], JSON.parse(process.argv[3]), Number(process.argv[4])];

async function post(message) {
  const answer = await fetch(`${address}/v1/events`, { method: "POST", headers: message.headers, body: message.body });
  return answer.status;
}

async function main() {
  const came = [];
  let enough;
  const all = new Promise((resolve) => { enough = resolve; });
  let secret = "";
  const listener = http.createServer((request, answer) => {
    let body = "";
    request.on("data", (piece) => { body += piece; });
    request.on("end", () => {
      came.push(new Webhook(secret).verify(body, request.headers).type); // throws where the signature is wrong
      answer.writeHead(204).end();
      if (came.length >= wanted) enough();
    });
  });
  await new Promise((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${listener.address().port}/hooks`;
  const subscribed = await fetch(`${address}/v1/hooks`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ name: "node", url }),
  });
  secret = (await subscribed.json()).secret;
  const events = given.map((one) => new CloudEvent(one));
  const statuses = {
    binary: await post(HTTP.binary(events[0])),
    structured: await post(HTTP.structured(events[1])),
    again: await post(HTTP.structured(events[1])),
  };
  const emit = emitterFor(httpTransport(`${address}/v1/events`), { mode: Mode.STRUCTURED });
  for (const event of events.slice(2)) await emit(event);
  await all;
  console.log(JSON.stringify({ statuses, came }));
  listener.close();
  listener.closeAllConnections();
}

main().catch((error) => { console.error(error); process.exit(1); });
