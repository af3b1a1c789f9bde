PRAGMA application_id = 1380271701;
PRAGMA user_version = 7;
BEGIN TRANSACTION;
CREATE TABLE attribution (
	seq INTEGER NOT NULL, 
	friend INTEGER NOT NULL, 
	referrer INTEGER NOT NULL, 
	code VARCHAR NOT NULL, 
	channel VARCHAR NOT NULL, 
	method VARCHAR NOT NULL, 
	touch_at BIGINT NOT NULL, 
	attributed_at BIGINT NOT NULL, 
	touch_seq INTEGER NOT NULL, 
	generation INTEGER NOT NULL, 
	ended_at BIGINT, 
	PRIMARY KEY (seq)
);
INSERT INTO "attribution" VALUES(22,1,0,'CODE0','email','link',1767230136122,1767233347638,15,1,NULL);
INSERT INTO "attribution" VALUES(40,5,3,'CODE3','email','link',1767235234906,1767238165565,30,1,NULL);
INSERT INTO "attribution" VALUES(42,3,2,'CODE2','code','code',1767239672108,1767239672108,42,1,NULL);
INSERT INTO "attribution" VALUES(48,11,9,'CODE9','email','link',1767237288964,1767241757861,36,1,NULL);
INSERT INTO "attribution" VALUES(51,6,5,'erased-bgsbkiicpucutbtsipnganxs','code','code',1767245113566,1767245113566,51,2,NULL);
INSERT INTO "attribution" VALUES(53,13,11,'CODE11','email','link',1767245943267,1767250420101,52,2,NULL);
INSERT INTO "attribution" VALUES(57,0,0,'CODE0','email','link',1767234492593,1767263270652,26,1,NULL);
INSERT INTO "attribution" VALUES(64,7,6,'CODE6','email','link',1767241794587,1767287766203,49,3,NULL);
INSERT INTO "attribution" VALUES(65,9,8,'CODE8','email','link',1767234514570,1767293135621,27,1,NULL);
INSERT INTO "attribution" VALUES(69,12,9,'CODE9','email','link',1767241730159,1767316253074,47,2,NULL);
CREATE TABLE audit (
	seq INTEGER NOT NULL, 
	at BIGINT NOT NULL, 
	kind VARCHAR NOT NULL, 
	person INTEGER, 
	ref INTEGER, 
	detail VARCHAR NOT NULL, 
	"trigger" INTEGER NOT NULL, 
	program_version INTEGER NOT NULL, 
	PRIMARY KEY (seq)
);
INSERT INTO "audit" VALUES(1,1767233347638,'attributed',1,22,'link, email, CODE0',22,1);
INSERT INTO "audit" VALUES(2,1767238165565,'attributed',5,40,'link, email, CODE3',40,1);
INSERT INTO "audit" VALUES(3,1767239672108,'attributed',3,42,'code, code, CODE2',42,1);
INSERT INTO "audit" VALUES(4,1767239672108,'program-changed',NULL,2,'version 2: Test Mobile',43,2);
INSERT INTO "audit" VALUES(5,1767241757861,'attributed',11,48,'link, email, CODE9',48,2);
INSERT INTO "audit" VALUES(6,1767245113566,'attributed',6,51,'code, code, erased-bgsbkiicpucutbtsipnganxs',51,2);
INSERT INTO "audit" VALUES(7,1767250420101,'attributed',13,53,'link, email, CODE11',53,2);
INSERT INTO "audit" VALUES(8,1767258369352,'decided',1,1,'activated: qualified',54,2);
INSERT INTO "audit" VALUES(9,1767258369352,'pending',1,1,'credit: 2500 to referrer',54,2);
INSERT INTO "audit" VALUES(10,1767262140025,'decided',2,2,'activated: ignored, unattributed',55,2);
INSERT INTO "audit" VALUES(11,1767262140025,'verdict-without-effect',NULL,NULL,'activated: no such decision in review',56,2);
INSERT INTO "audit" VALUES(12,1767263270652,'attributed',0,57,'link, email, CODE0',57,2);
INSERT INTO "audit" VALUES(13,1767263270652,'decided',0,3,'activated: refused, no-self-referral',57,2);
INSERT INTO "audit" VALUES(14,1767265404002,'decided',5,4,'activated: qualified',58,2);
INSERT INTO "audit" VALUES(15,1767265404002,'pending',5,2,'credit: 2500 to referrer',58,2);
INSERT INTO "audit" VALUES(16,1767275090258,'decided',6,5,'activated: qualified',59,2);
INSERT INTO "audit" VALUES(17,1767275090258,'pending',6,3,'credit: 2500 to referrer',59,2);
INSERT INTO "audit" VALUES(18,1767283400516,'decided',4,6,'activated: ignored, unattributed',60,2);
INSERT INTO "audit" VALUES(19,1767284623748,'decided',8,7,'activated: ignored, unattributed',61,2);
INSERT INTO "audit" VALUES(20,1767286355707,'voided',5,2,'credit: 2500 to referrer',62,2);
INSERT INTO "audit" VALUES(21,1767286355707,'verdict-without-effect',NULL,NULL,'activated: no such decision in review',63,2);
INSERT INTO "audit" VALUES(22,1767287766203,'attributed',7,64,'link, email, CODE6',64,2);
INSERT INTO "audit" VALUES(23,1767287766203,'decided',7,8,'activated: qualified',64,2);
INSERT INTO "audit" VALUES(24,1767287766203,'pending',7,4,'credit: 2500 to referrer',64,2);
INSERT INTO "audit" VALUES(25,1767293135621,'attributed',9,65,'link, email, CODE8',65,2);
INSERT INTO "audit" VALUES(26,1767293135621,'decided',9,9,'activated: qualified',65,2);
INSERT INTO "audit" VALUES(27,1767293135621,'pending',9,5,'credit: 2500 to referrer',65,2);
INSERT INTO "audit" VALUES(28,1767301761186,'decided',13,10,'activated: qualified',66,2);
INSERT INTO "audit" VALUES(29,1767301761186,'pending',13,6,'credit: 2500 to referrer',66,2);
INSERT INTO "audit" VALUES(30,1767305379677,'decided',10,11,'activated: ignored, unattributed',67,2);
INSERT INTO "audit" VALUES(31,1767306179283,'decided',11,12,'activated: qualified',68,2);
INSERT INTO "audit" VALUES(32,1767306179283,'pending',11,7,'credit: 2500 to referrer',68,2);
INSERT INTO "audit" VALUES(33,1767316253074,'attributed',12,69,'link, email, CODE9',69,2);
INSERT INTO "audit" VALUES(34,1767316253074,'decided',12,13,'activated: review, not-too-fast',69,2);
INSERT INTO "audit" VALUES(35,1767321458253,'decided',9,14,'bill: qualified',70,2);
INSERT INTO "audit" VALUES(36,1767321458253,'pending',9,8,'share: 112 to friend',70,2);
INSERT INTO "audit" VALUES(37,1767321659761,'decided',4,15,'bill: ignored, unattributed',71,2);
INSERT INTO "audit" VALUES(38,1767324565565,'decided',5,16,'bill: qualified',72,2);
INSERT INTO "audit" VALUES(39,1767324565565,'pending',5,9,'share: 156 to friend',72,2);
INSERT INTO "audit" VALUES(40,1767324565565,'pending',5,10,'thanks: 100 to upline',72,2);
INSERT INTO "audit" VALUES(41,1767324565565,'counted',5,10,'thanks: 100 to upline, release 1',72,2);
INSERT INTO "audit" VALUES(42,1767327682549,'decided',12,17,'bill: qualified',73,2);
INSERT INTO "audit" VALUES(43,1767327682549,'pending',12,11,'share: 214 to friend',73,2);
INSERT INTO "audit" VALUES(44,1767327682549,'pending',12,12,'thanks: 100 to upline',73,2);
INSERT INTO "audit" VALUES(45,1767327682549,'counted',12,12,'thanks: 100 to upline, release 1',73,2);
INSERT INTO "audit" VALUES(46,1767328157861,'decided',11,18,'bill: qualified',74,2);
INSERT INTO "audit" VALUES(47,1767328157861,'pending',11,13,'share: 79 to friend',74,2);
INSERT INTO "audit" VALUES(48,1767328157861,'pending',11,14,'thanks: 100 to upline',74,2);
INSERT INTO "audit" VALUES(49,1767328157861,'issued',11,14,'thanks: 100 to upline, release 2',74,2);
INSERT INTO "audit" VALUES(50,1767331513566,'decided',6,19,'bill: qualified',75,2);
INSERT INTO "audit" VALUES(51,1767331513566,'pending',6,15,'share: 151 to friend',75,2);
INSERT INTO "audit" VALUES(52,1767331513566,'pending',6,16,'thanks: 100 to upline',75,2);
INSERT INTO "audit" VALUES(53,1767331513566,'counted',6,16,'thanks: 100 to upline, release 1',75,2);
INSERT INTO "audit" VALUES(54,1767336820101,'decided',13,20,'bill: refused, worth-it',76,2);
INSERT INTO "audit" VALUES(55,1767382069842,'voided',7,4,'credit: 2500 to referrer',77,2);
INSERT INTO "audit" VALUES(56,1767407858253,'issued',9,8,'share: 112 to friend, release 1',70,2);
INSERT INTO "audit" VALUES(57,1767408059761,'decided',4,21,'bill: ignored, unattributed',78,2);
INSERT INTO "audit" VALUES(58,1767410965565,'decided',5,22,'bill: qualified',79,2);
INSERT INTO "audit" VALUES(59,1767410965565,'pending',5,17,'share: 176 to friend',79,2);
INSERT INTO "audit" VALUES(60,1767410965565,'pending',5,18,'thanks: 100 to upline',79,2);
INSERT INTO "audit" VALUES(61,1767410965565,'issued',5,9,'share: 156 to friend, release 1',72,2);
INSERT INTO "audit" VALUES(62,1767410965565,'issued',5,18,'thanks: 100 to upline, release 2',79,2);
INSERT INTO "audit" VALUES(63,1767414082549,'decided',12,23,'bill: qualified',80,2);
INSERT INTO "audit" VALUES(64,1767414082549,'pending',12,19,'share: 149 to friend',80,2);
INSERT INTO "audit" VALUES(65,1767414082549,'pending',12,20,'thanks: 100 to upline',80,2);
INSERT INTO "audit" VALUES(66,1767414082549,'issued',12,11,'share: 214 to friend, release 1',73,2);
INSERT INTO "audit" VALUES(67,1767414082549,'counted',12,20,'thanks: 100 to upline, release 3',80,2);
INSERT INTO "audit" VALUES(68,1767414557861,'decided',11,24,'bill: qualified',81,2);
INSERT INTO "audit" VALUES(69,1767414557861,'pending',11,21,'share: 224 to friend',81,2);
INSERT INTO "audit" VALUES(70,1767414557861,'pending',11,22,'thanks: 100 to upline',81,2);
INSERT INTO "audit" VALUES(71,1767414557861,'issued',11,13,'share: 79 to friend, release 1',74,2);
INSERT INTO "audit" VALUES(72,1767414557861,'issued',11,22,'thanks: 100 to upline, release 4',81,2);
INSERT INTO "audit" VALUES(73,1767417913566,'issued',6,15,'share: 151 to friend, release 1',75,2);
INSERT INTO "audit" VALUES(74,1767423220101,'decided',13,25,'bill: qualified',82,2);
INSERT INTO "audit" VALUES(75,1767423220101,'pending',13,23,'share: 135 to friend',82,2);
INSERT INTO "audit" VALUES(76,1767423220101,'pending',13,24,'thanks: 100 to upline',82,2);
INSERT INTO "audit" VALUES(77,1767423220101,'counted',13,24,'thanks: 100 to upline, release 1',82,2);
INSERT INTO "audit" VALUES(78,1767497365565,'issued',5,17,'share: 176 to friend, release 2',79,2);
INSERT INTO "audit" VALUES(79,1767500482549,'issued',12,19,'share: 149 to friend, release 2',80,2);
INSERT INTO "audit" VALUES(80,1767500957861,'issued',11,21,'share: 224 to friend, release 2',81,2);
INSERT INTO "audit" VALUES(81,1767509620101,'issued',13,23,'share: 135 to friend, release 1',82,2);
INSERT INTO "audit" VALUES(82,1767513969352,'issued',1,1,'credit: 2500 to referrer, release 1',54,2);
INSERT INTO "audit" VALUES(83,1767530690258,'issued',6,3,'credit: 2500 to referrer, release 1',59,2);
INSERT INTO "audit" VALUES(84,1767535723937,'revoked',6,3,'credit: 2500 to referrer',83,2);
INSERT INTO "audit" VALUES(85,1767548735621,'issued',9,5,'credit: 2500 to referrer, release 1',65,2);
INSERT INTO "audit" VALUES(86,1767557361186,'issued',13,6,'credit: 2500 to referrer, release 1',66,2);
INSERT INTO "audit" VALUES(87,1767561779283,'issued',11,7,'credit: 2500 to referrer, release 1',68,2);
INSERT INTO "audit" VALUES(88,1767763329700,'reversal-without-effect',0,NULL,'nothing-to-undo',84,2);
INSERT INTO "audit" VALUES(89,1767927295556,'revoked',9,5,'credit: 2500 to referrer',85,2);
INSERT INTO "audit" VALUES(90,1767927300556,'veto-without-effect',NULL,NULL,'not-open',89,2);
INSERT INTO "audit" VALUES(91,1767927301556,'pending',6,3,'credit: 2500 to referrer',90,2);
INSERT INTO "audit" VALUES(92,1767927301556,'issued',6,3,'credit: 2500 to referrer, release 1',59,2);
CREATE TABLE blanked (
	chain VARCHAR NOT NULL, 
	number INTEGER NOT NULL, 
	erasure INTEGER NOT NULL, 
	before_hash VARCHAR NOT NULL, 
	after_hash VARCHAR NOT NULL, 
	salt VARCHAR, 
	PRIMARY KEY (chain, number, erasure)
)
 WITHOUT ROWID

;
INSERT INTO "blanked" VALUES('audit',6,92,'0e5770da1e67db09afc0718a39ef92463e74f19cc5f31c596985894fe05cedf3','05180239e73b32bb8f12af7c2f8477f547a0cead67deeb0493af67dd1b01977c','96f94a4cb86b1336fca56af8b9267987');
INSERT INTO "blanked" VALUES('event',13,92,'147a185222428fcba8b3b60f2694bf6d7e220171f7ff70eaeadb6c64fce576c6','d133f3789cde1ced479ff6832f95f4ba3960bf01387ca1e28f8ba077e9f6d69a','f14391674b273998208816fcd5a4baa1');
INSERT INTO "blanked" VALUES('event',14,92,'7095dd13b732d1756fe5c17802e17f0ae07641acef28ecce7933f69d5a674f93','9cbe54caf49e0e3cfa21860157194c37b46eab559b009f1a5f259408314cb020','6ef3f8c1ae93cdc484e5afed2e87e4ad');
INSERT INTO "blanked" VALUES('event',40,92,'745cf81c4971c4c40801b80cf4ded0c0e05dbcf9095d2eae53d1c7d9ba08e592','2e3898e5dbbac34be3b123e5e371ead5d6cdd0ebf6e47e8eb891d8cd290b199f','55919eab21b2001b88ab52fd35e19430');
INSERT INTO "blanked" VALUES('event',51,92,'677effebbc88239e2be9575db3b0e197f1a2e95f468707e14e1659abb2a4b603','5e548899dd26261aa8f701dd7db2d394343fafddb5f2f87d459b6590b64703fb','3f123e45c60bf810f95ff8924882f79d');
INSERT INTO "blanked" VALUES('person',5,92,'5b0f27f83ae33ed10ca7a82d4c69783fd265a7e2c24455e6f486a089a323fbad','8607f76cd26ad1785ff0c0189d7cfa584d7f0ef25a911bcc51190d159e4f90d0','d47437747baaa93ad999228f7988e59d');
CREATE TABLE block (
	chain VARCHAR NOT NULL, 
	number INTEGER NOT NULL, 
	rows INTEGER NOT NULL, 
	hash VARCHAR NOT NULL, 
	"key" VARCHAR, 
	PRIMARY KEY (chain, number)
)
 WITHOUT ROWID

;
INSERT INTO "block" VALUES('audit',1,92,'02d837e5edfe3434b126312a88162b5102ddb57b6ff366aa6e3602eec30551f6',NULL);
INSERT INTO "block" VALUES('event',1,93,'6a60de7d7247683aec6777a92e6e6b1a370d23700bd7a1ef8cdb85ed6277fbe4',NULL);
INSERT INTO "block" VALUES('person',1,14,'fb515e509b59243fd890b630f13611e15df593fbcdb718b21ef84550a5907395',NULL);
INSERT INTO "block" VALUES('quarantine',1,5,'c6d8ef8af940924e709b1cdfc32e4c688d119dc7bed71f6a1f8ed14264dc660d','6cc5305d952cd77f26e916eb9f209c95522642bff97712d823d4d4ac0fdde5b2');
CREATE TABLE breakdown (
	metric VARCHAR NOT NULL, 
	part VARCHAR NOT NULL, 
	count BIGINT NOT NULL, 
	value BIGINT NOT NULL, 
	PRIMARY KEY (metric, part)
)
 WITHOUT ROWID

;
INSERT INTO "breakdown" VALUES('channel.attributed','code',2,0);
INSERT INTO "breakdown" VALUES('channel.attributed','email',8,0);
INSERT INTO "breakdown" VALUES('channel.issued','code',2,2651);
INSERT INTO "breakdown" VALUES('channel.issued','email',14,9045);
INSERT INTO "breakdown" VALUES('channel.qualified','code',1,0);
INSERT INTO "breakdown" VALUES('channel.qualified','email',7,0);
INSERT INTO "breakdown" VALUES('event.bill.paid','client/shop',12,0);
INSERT INTO "breakdown" VALUES('event.conversion.adjusted','client/shop',1,0);
INSERT INTO "breakdown" VALUES('event.conversion.reinstated','client/shop',1,0);
INSERT INTO "breakdown" VALUES('event.conversion.reversed','client/shop',5,0);
INSERT INTO "breakdown" VALUES('event.customer.closed','client/shop',3,0);
INSERT INTO "breakdown" VALUES('event.customer.identified','platform',14,0);
INSERT INTO "breakdown" VALUES('event.customer.reopened','client/shop',1,0);
INSERT INTO "breakdown" VALUES('event.friend.claimed','platform',10,0);
INSERT INTO "breakdown" VALUES('event.friend.visited','platform',14,0);
INSERT INTO "breakdown" VALUES('event.link.created','platform',14,0);
INSERT INTO "breakdown" VALUES('event.person.erased','platform',1,0);
INSERT INTO "breakdown" VALUES('event.program.changed','platform',1,0);
INSERT INTO "breakdown" VALUES('event.review.decided','platform',2,0);
INSERT INTO "breakdown" VALUES('event.reward.vetoed','platform',1,0);
INSERT INTO "breakdown" VALUES('event.service.activated','client/shop',13,0);
INSERT INTO "breakdown" VALUES('generation','1',6,0);
INSERT INTO "breakdown" VALUES('generation','2',3,0);
INSERT INTO "breakdown" VALUES('generation','3',1,0);
INSERT INTO "breakdown" VALUES('quarantine.conflict','subject',1,0);
INSERT INTO "breakdown" VALUES('quarantine.malformed','(not said)',3,0);
INSERT INTO "breakdown" VALUES('quarantine.malformed','time',1,0);
INSERT INTO "breakdown" VALUES('receipt.conflict','platform',1,0);
INSERT INTO "breakdown" VALUES('receipt.duplicate','platform',3,1472781);
INSERT INTO "breakdown" VALUES('receipt.malformed','(not said)',3,0);
INSERT INTO "breakdown" VALUES('receipt.malformed','platform',1,0);
INSERT INTO "breakdown" VALUES('reversal.without_effect','nothing-to-undo',1,0);
INSERT INTO "breakdown" VALUES('reward.counted','thanks',5,500);
INSERT INTO "breakdown" VALUES('reward.issued','credit',4,10000);
INSERT INTO "breakdown" VALUES('reward.issued','share',9,1396);
INSERT INTO "breakdown" VALUES('reward.issued','thanks',3,300);
INSERT INTO "breakdown" VALUES('reward.revoked','credit',1,2500);
INSERT INTO "breakdown" VALUES('reward.voided','credit',2,5000);
INSERT INTO "breakdown" VALUES('rule.fail','no-self-referral',1,0);
INSERT INTO "breakdown" VALUES('rule.fail','not-too-fast',2,0);
INSERT INTO "breakdown" VALUES('rule.fail','worth-it',1,0);
INSERT INTO "breakdown" VALUES('rule.pass','no-self-referral',18,0);
INSERT INTO "breakdown" VALUES('rule.pass','not-too-fast',7,0);
INSERT INTO "breakdown" VALUES('rule.pass','worth-it',9,0);
INSERT INTO "breakdown" VALUES('rule.refused','no-self-referral',1,2500);
INSERT INTO "breakdown" VALUES('rule.refused','worth-it',1,74);
INSERT INTO "breakdown" VALUES('rule.review','not-too-fast',1,2500);
CREATE TABLE breakdown_hour (
	hour INTEGER NOT NULL, 
	metric VARCHAR NOT NULL, 
	part VARCHAR NOT NULL, 
	count BIGINT NOT NULL, 
	value BIGINT NOT NULL, 
	PRIMARY KEY (hour, metric, part)
)
 WITHOUT ROWID

;
INSERT INTO "breakdown_hour" VALUES(490898,'channel.attributed','email',1,0);
INSERT INTO "breakdown_hour" VALUES(490898,'generation','1',1,0);
INSERT INTO "breakdown_hour" VALUES(490899,'channel.attributed','code',1,0);
INSERT INTO "breakdown_hour" VALUES(490899,'channel.attributed','email',1,0);
INSERT INTO "breakdown_hour" VALUES(490899,'generation','1',2,0);
INSERT INTO "breakdown_hour" VALUES(490900,'channel.attributed','email',1,0);
INSERT INTO "breakdown_hour" VALUES(490900,'generation','1',1,0);
INSERT INTO "breakdown_hour" VALUES(490901,'channel.attributed','code',1,0);
INSERT INTO "breakdown_hour" VALUES(490901,'generation','2',1,0);
INSERT INTO "breakdown_hour" VALUES(490902,'channel.attributed','email',1,0);
INSERT INTO "breakdown_hour" VALUES(490902,'generation','2',1,0);
INSERT INTO "breakdown_hour" VALUES(490905,'channel.qualified','email',1,0);
INSERT INTO "breakdown_hour" VALUES(490905,'reward.pending','credit',1,2500);
INSERT INTO "breakdown_hour" VALUES(490905,'rule.pass','no-self-referral',1,0);
INSERT INTO "breakdown_hour" VALUES(490905,'rule.pass','not-too-fast',1,0);
INSERT INTO "breakdown_hour" VALUES(490906,'channel.attributed','email',1,0);
INSERT INTO "breakdown_hour" VALUES(490906,'generation','1',1,0);
INSERT INTO "breakdown_hour" VALUES(490906,'rule.fail','no-self-referral',1,0);
INSERT INTO "breakdown_hour" VALUES(490906,'rule.fail','not-too-fast',1,0);
INSERT INTO "breakdown_hour" VALUES(490906,'rule.refused','no-self-referral',1,2500);
INSERT INTO "breakdown_hour" VALUES(490907,'channel.qualified','email',1,0);
INSERT INTO "breakdown_hour" VALUES(490907,'reward.pending','credit',1,2500);
INSERT INTO "breakdown_hour" VALUES(490907,'rule.pass','no-self-referral',1,0);
INSERT INTO "breakdown_hour" VALUES(490907,'rule.pass','not-too-fast',1,0);
INSERT INTO "breakdown_hour" VALUES(490909,'channel.qualified','code',1,0);
INSERT INTO "breakdown_hour" VALUES(490909,'reward.pending','credit',1,2500);
INSERT INTO "breakdown_hour" VALUES(490909,'rule.pass','no-self-referral',1,0);
INSERT INTO "breakdown_hour" VALUES(490909,'rule.pass','not-too-fast',1,0);
INSERT INTO "breakdown_hour" VALUES(490912,'reward.pending','credit',-1,-2500);
INSERT INTO "breakdown_hour" VALUES(490912,'reward.voided','credit',1,2500);
INSERT INTO "breakdown_hour" VALUES(490913,'channel.attributed','email',1,0);
INSERT INTO "breakdown_hour" VALUES(490913,'channel.qualified','email',1,0);
INSERT INTO "breakdown_hour" VALUES(490913,'generation','3',1,0);
INSERT INTO "breakdown_hour" VALUES(490913,'reward.pending','credit',1,2500);
INSERT INTO "breakdown_hour" VALUES(490913,'rule.pass','no-self-referral',1,0);
INSERT INTO "breakdown_hour" VALUES(490913,'rule.pass','not-too-fast',1,0);
INSERT INTO "breakdown_hour" VALUES(490914,'channel.attributed','email',1,0);
INSERT INTO "breakdown_hour" VALUES(490914,'channel.qualified','email',1,0);
INSERT INTO "breakdown_hour" VALUES(490914,'generation','1',1,0);
INSERT INTO "breakdown_hour" VALUES(490914,'reward.pending','credit',1,2500);
INSERT INTO "breakdown_hour" VALUES(490914,'rule.pass','no-self-referral',1,0);
INSERT INTO "breakdown_hour" VALUES(490914,'rule.pass','not-too-fast',1,0);
INSERT INTO "breakdown_hour" VALUES(490917,'channel.qualified','email',1,0);
INSERT INTO "breakdown_hour" VALUES(490917,'reward.pending','credit',1,2500);
INSERT INTO "breakdown_hour" VALUES(490917,'rule.pass','no-self-referral',1,0);
INSERT INTO "breakdown_hour" VALUES(490917,'rule.pass','not-too-fast',1,0);
INSERT INTO "breakdown_hour" VALUES(490918,'channel.qualified','email',1,0);
INSERT INTO "breakdown_hour" VALUES(490918,'reward.pending','credit',1,2500);
INSERT INTO "breakdown_hour" VALUES(490918,'rule.pass','no-self-referral',1,0);
INSERT INTO "breakdown_hour" VALUES(490918,'rule.pass','not-too-fast',1,0);
INSERT INTO "breakdown_hour" VALUES(490919,'event.conversion.reversed','client/shop',1,0);
INSERT INTO "breakdown_hour" VALUES(490919,'event.customer.identified','platform',14,0);
INSERT INTO "breakdown_hour" VALUES(490919,'event.friend.claimed','platform',10,0);
INSERT INTO "breakdown_hour" VALUES(490919,'event.friend.visited','platform',14,0);
INSERT INTO "breakdown_hour" VALUES(490919,'event.link.created','platform',14,0);
INSERT INTO "breakdown_hour" VALUES(490919,'event.program.changed','platform',1,0);
INSERT INTO "breakdown_hour" VALUES(490919,'event.review.decided','platform',2,0);
INSERT INTO "breakdown_hour" VALUES(490919,'event.service.activated','client/shop',12,0);
INSERT INTO "breakdown_hour" VALUES(490919,'quarantine.conflict','subject',1,0);
INSERT INTO "breakdown_hour" VALUES(490919,'quarantine.malformed','(not said)',2,0);
INSERT INTO "breakdown_hour" VALUES(490919,'quarantine.malformed','time',1,0);
INSERT INTO "breakdown_hour" VALUES(490919,'receipt.conflict','platform',1,0);
INSERT INTO "breakdown_hour" VALUES(490919,'receipt.duplicate','platform',2,981838);
INSERT INTO "breakdown_hour" VALUES(490919,'receipt.malformed','(not said)',2,0);
INSERT INTO "breakdown_hour" VALUES(490919,'receipt.malformed','platform',1,0);
INSERT INTO "breakdown_hour" VALUES(490921,'channel.attributed','email',1,0);
INSERT INTO "breakdown_hour" VALUES(490921,'generation','2',1,0);
INSERT INTO "breakdown_hour" VALUES(490921,'rule.fail','not-too-fast',1,0);
INSERT INTO "breakdown_hour" VALUES(490921,'rule.pass','no-self-referral',1,0);
INSERT INTO "breakdown_hour" VALUES(490921,'rule.review','not-too-fast',1,2500);
INSERT INTO "breakdown_hour" VALUES(490922,'reward.pending','share',1,112);
INSERT INTO "breakdown_hour" VALUES(490922,'rule.pass','no-self-referral',1,0);
INSERT INTO "breakdown_hour" VALUES(490922,'rule.pass','worth-it',1,0);
INSERT INTO "breakdown_hour" VALUES(490923,'reward.counted','thanks',1,100);
INSERT INTO "breakdown_hour" VALUES(490923,'reward.pending','share',1,156);
INSERT INTO "breakdown_hour" VALUES(490923,'rule.pass','no-self-referral',1,0);
INSERT INTO "breakdown_hour" VALUES(490923,'rule.pass','worth-it',1,0);
INSERT INTO "breakdown_hour" VALUES(490924,'channel.issued','email',1,100);
INSERT INTO "breakdown_hour" VALUES(490924,'channel.qualified','email',1,0);
INSERT INTO "breakdown_hour" VALUES(490924,'reward.counted','thanks',1,100);
INSERT INTO "breakdown_hour" VALUES(490924,'reward.issued','thanks',1,100);
INSERT INTO "breakdown_hour" VALUES(490924,'reward.pending','share',2,293);
INSERT INTO "breakdown_hour" VALUES(490924,'rule.pass','no-self-referral',2,0);
INSERT INTO "breakdown_hour" VALUES(490924,'rule.pass','worth-it',2,0);
INSERT INTO "breakdown_hour" VALUES(490925,'reward.counted','thanks',1,100);
INSERT INTO "breakdown_hour" VALUES(490925,'reward.pending','share',1,151);
INSERT INTO "breakdown_hour" VALUES(490925,'rule.pass','no-self-referral',1,0);
INSERT INTO "breakdown_hour" VALUES(490925,'rule.pass','worth-it',1,0);
INSERT INTO "breakdown_hour" VALUES(490926,'rule.fail','worth-it',1,0);
INSERT INTO "breakdown_hour" VALUES(490926,'rule.pass','no-self-referral',1,0);
INSERT INTO "breakdown_hour" VALUES(490926,'rule.refused','worth-it',1,74);
INSERT INTO "breakdown_hour" VALUES(490939,'reward.pending','credit',-1,-2500);
INSERT INTO "breakdown_hour" VALUES(490939,'reward.voided','credit',1,2500);
INSERT INTO "breakdown_hour" VALUES(490943,'event.bill.paid','client/shop',7,0);
INSERT INTO "breakdown_hour" VALUES(490943,'event.conversion.reversed','client/shop',1,0);
INSERT INTO "breakdown_hour" VALUES(490943,'event.service.activated','client/shop',1,0);
INSERT INTO "breakdown_hour" VALUES(490943,'quarantine.malformed','(not said)',1,0);
INSERT INTO "breakdown_hour" VALUES(490943,'receipt.duplicate','platform',1,490943);
INSERT INTO "breakdown_hour" VALUES(490943,'receipt.malformed','(not said)',1,0);
INSERT INTO "breakdown_hour" VALUES(490946,'channel.issued','email',1,112);
INSERT INTO "breakdown_hour" VALUES(490946,'reward.issued','share',1,112);
INSERT INTO "breakdown_hour" VALUES(490946,'reward.pending','share',-1,-112);
INSERT INTO "breakdown_hour" VALUES(490947,'channel.issued','email',2,256);
INSERT INTO "breakdown_hour" VALUES(490947,'reward.issued','share',1,156);
INSERT INTO "breakdown_hour" VALUES(490947,'reward.issued','thanks',1,100);
INSERT INTO "breakdown_hour" VALUES(490947,'reward.pending','share',0,20);
INSERT INTO "breakdown_hour" VALUES(490947,'rule.pass','no-self-referral',1,0);
INSERT INTO "breakdown_hour" VALUES(490947,'rule.pass','worth-it',1,0);
INSERT INTO "breakdown_hour" VALUES(490948,'channel.issued','email',3,393);
INSERT INTO "breakdown_hour" VALUES(490948,'reward.counted','thanks',1,100);
INSERT INTO "breakdown_hour" VALUES(490948,'reward.issued','share',2,293);
INSERT INTO "breakdown_hour" VALUES(490948,'reward.issued','thanks',1,100);
INSERT INTO "breakdown_hour" VALUES(490948,'reward.pending','share',0,80);
INSERT INTO "breakdown_hour" VALUES(490948,'rule.pass','no-self-referral',2,0);
INSERT INTO "breakdown_hour" VALUES(490948,'rule.pass','worth-it',2,0);
INSERT INTO "breakdown_hour" VALUES(490949,'channel.issued','code',1,151);
INSERT INTO "breakdown_hour" VALUES(490949,'reward.issued','share',1,151);
INSERT INTO "breakdown_hour" VALUES(490949,'reward.pending','share',-1,-151);
INSERT INTO "breakdown_hour" VALUES(490950,'reward.counted','thanks',1,100);
INSERT INTO "breakdown_hour" VALUES(490950,'reward.pending','share',1,135);
INSERT INTO "breakdown_hour" VALUES(490950,'rule.pass','no-self-referral',1,0);
INSERT INTO "breakdown_hour" VALUES(490950,'rule.pass','worth-it',1,0);
INSERT INTO "breakdown_hour" VALUES(490967,'event.bill.paid','client/shop',5,0);
INSERT INTO "breakdown_hour" VALUES(490971,'channel.issued','email',1,176);
INSERT INTO "breakdown_hour" VALUES(490971,'reward.issued','share',1,176);
INSERT INTO "breakdown_hour" VALUES(490971,'reward.pending','share',-1,-176);
INSERT INTO "breakdown_hour" VALUES(490972,'channel.issued','email',2,373);
INSERT INTO "breakdown_hour" VALUES(490972,'reward.issued','share',2,373);
INSERT INTO "breakdown_hour" VALUES(490972,'reward.pending','share',-2,-373);
INSERT INTO "breakdown_hour" VALUES(490974,'channel.issued','email',1,135);
INSERT INTO "breakdown_hour" VALUES(490974,'reward.issued','share',1,135);
INSERT INTO "breakdown_hour" VALUES(490974,'reward.pending','share',-1,-135);
INSERT INTO "breakdown_hour" VALUES(490976,'channel.issued','email',1,2500);
INSERT INTO "breakdown_hour" VALUES(490976,'reward.issued','credit',1,2500);
INSERT INTO "breakdown_hour" VALUES(490976,'reward.pending','credit',-1,-2500);
INSERT INTO "breakdown_hour" VALUES(490980,'channel.issued','code',1,2500);
INSERT INTO "breakdown_hour" VALUES(490980,'reward.issued','credit',1,2500);
INSERT INTO "breakdown_hour" VALUES(490980,'reward.pending','credit',-1,-2500);
INSERT INTO "breakdown_hour" VALUES(490982,'channel.issued','code',-1,-2500);
INSERT INTO "breakdown_hour" VALUES(490982,'reward.issued','credit',-1,-2500);
INSERT INTO "breakdown_hour" VALUES(490982,'reward.revoked','credit',1,2500);
INSERT INTO "breakdown_hour" VALUES(490985,'channel.issued','email',1,2500);
INSERT INTO "breakdown_hour" VALUES(490985,'reward.issued','credit',1,2500);
INSERT INTO "breakdown_hour" VALUES(490985,'reward.pending','credit',-1,-2500);
INSERT INTO "breakdown_hour" VALUES(490988,'channel.issued','email',1,2500);
INSERT INTO "breakdown_hour" VALUES(490988,'reward.issued','credit',1,2500);
INSERT INTO "breakdown_hour" VALUES(490988,'reward.pending','credit',-1,-2500);
INSERT INTO "breakdown_hour" VALUES(490989,'channel.issued','email',1,2500);
INSERT INTO "breakdown_hour" VALUES(490989,'reward.issued','credit',1,2500);
INSERT INTO "breakdown_hour" VALUES(490989,'reward.pending','credit',-1,-2500);
INSERT INTO "breakdown_hour" VALUES(490991,'event.conversion.reversed','client/shop',1,0);
INSERT INTO "breakdown_hour" VALUES(491063,'event.conversion.reversed','client/shop',1,0);
INSERT INTO "breakdown_hour" VALUES(491063,'reversal.without_effect','nothing-to-undo',1,0);
INSERT INTO "breakdown_hour" VALUES(491090,'channel.issued','code',1,2500);
INSERT INTO "breakdown_hour" VALUES(491090,'channel.issued','email',-1,-2500);
INSERT INTO "breakdown_hour" VALUES(491111,'event.conversion.adjusted','client/shop',1,0);
INSERT INTO "breakdown_hour" VALUES(491111,'event.conversion.reinstated','client/shop',1,0);
INSERT INTO "breakdown_hour" VALUES(491111,'event.conversion.reversed','client/shop',1,0);
INSERT INTO "breakdown_hour" VALUES(491111,'event.customer.closed','client/shop',3,0);
INSERT INTO "breakdown_hour" VALUES(491111,'event.customer.reopened','client/shop',1,0);
INSERT INTO "breakdown_hour" VALUES(491111,'event.person.erased','platform',1,0);
INSERT INTO "breakdown_hour" VALUES(491111,'event.reward.vetoed','platform',1,0);
CREATE TABLE breakdown_week (
	week INTEGER NOT NULL, 
	metric VARCHAR NOT NULL, 
	part VARCHAR NOT NULL, 
	count BIGINT NOT NULL, 
	value BIGINT NOT NULL, 
	PRIMARY KEY (week, metric, part)
)
 WITHOUT ROWID

;
INSERT INTO "breakdown_week" VALUES(2922,'channel.attributed','code',2,0);
INSERT INTO "breakdown_week" VALUES(2922,'channel.attributed','email',8,0);
INSERT INTO "breakdown_week" VALUES(2922,'channel.issued','code',1,151);
INSERT INTO "breakdown_week" VALUES(2922,'channel.issued','email',15,11545);
INSERT INTO "breakdown_week" VALUES(2922,'channel.qualified','code',1,0);
INSERT INTO "breakdown_week" VALUES(2922,'channel.qualified','email',7,0);
INSERT INTO "breakdown_week" VALUES(2922,'event.bill.paid','client/shop',12,0);
INSERT INTO "breakdown_week" VALUES(2922,'event.conversion.reversed','client/shop',4,0);
INSERT INTO "breakdown_week" VALUES(2922,'event.customer.identified','platform',14,0);
INSERT INTO "breakdown_week" VALUES(2922,'event.friend.claimed','platform',10,0);
INSERT INTO "breakdown_week" VALUES(2922,'event.friend.visited','platform',14,0);
INSERT INTO "breakdown_week" VALUES(2922,'event.link.created','platform',14,0);
INSERT INTO "breakdown_week" VALUES(2922,'event.program.changed','platform',1,0);
INSERT INTO "breakdown_week" VALUES(2922,'event.review.decided','platform',2,0);
INSERT INTO "breakdown_week" VALUES(2922,'event.service.activated','client/shop',13,0);
INSERT INTO "breakdown_week" VALUES(2922,'generation','1',6,0);
INSERT INTO "breakdown_week" VALUES(2922,'generation','2',3,0);
INSERT INTO "breakdown_week" VALUES(2922,'generation','3',1,0);
INSERT INTO "breakdown_week" VALUES(2922,'quarantine.conflict','subject',1,0);
INSERT INTO "breakdown_week" VALUES(2922,'quarantine.malformed','(not said)',3,0);
INSERT INTO "breakdown_week" VALUES(2922,'quarantine.malformed','time',1,0);
INSERT INTO "breakdown_week" VALUES(2922,'receipt.conflict','platform',1,0);
INSERT INTO "breakdown_week" VALUES(2922,'receipt.duplicate','platform',3,1472781);
INSERT INTO "breakdown_week" VALUES(2922,'receipt.malformed','(not said)',3,0);
INSERT INTO "breakdown_week" VALUES(2922,'receipt.malformed','platform',1,0);
INSERT INTO "breakdown_week" VALUES(2922,'reversal.without_effect','nothing-to-undo',1,0);
INSERT INTO "breakdown_week" VALUES(2922,'reward.counted','thanks',5,500);
INSERT INTO "breakdown_week" VALUES(2922,'reward.issued','credit',4,10000);
INSERT INTO "breakdown_week" VALUES(2922,'reward.issued','share',9,1396);
INSERT INTO "breakdown_week" VALUES(2922,'reward.issued','thanks',3,300);
INSERT INTO "breakdown_week" VALUES(2922,'reward.revoked','credit',1,2500);
INSERT INTO "breakdown_week" VALUES(2922,'reward.voided','credit',2,5000);
INSERT INTO "breakdown_week" VALUES(2922,'rule.fail','no-self-referral',1,0);
INSERT INTO "breakdown_week" VALUES(2922,'rule.fail','not-too-fast',2,0);
INSERT INTO "breakdown_week" VALUES(2922,'rule.fail','worth-it',1,0);
INSERT INTO "breakdown_week" VALUES(2922,'rule.pass','no-self-referral',18,0);
INSERT INTO "breakdown_week" VALUES(2922,'rule.pass','not-too-fast',7,0);
INSERT INTO "breakdown_week" VALUES(2922,'rule.pass','worth-it',9,0);
INSERT INTO "breakdown_week" VALUES(2922,'rule.refused','no-self-referral',1,2500);
INSERT INTO "breakdown_week" VALUES(2922,'rule.refused','worth-it',1,74);
INSERT INTO "breakdown_week" VALUES(2922,'rule.review','not-too-fast',1,2500);
INSERT INTO "breakdown_week" VALUES(2923,'channel.issued','code',1,2500);
INSERT INTO "breakdown_week" VALUES(2923,'channel.issued','email',-1,-2500);
INSERT INTO "breakdown_week" VALUES(2923,'event.conversion.adjusted','client/shop',1,0);
INSERT INTO "breakdown_week" VALUES(2923,'event.conversion.reinstated','client/shop',1,0);
INSERT INTO "breakdown_week" VALUES(2923,'event.conversion.reversed','client/shop',1,0);
INSERT INTO "breakdown_week" VALUES(2923,'event.customer.closed','client/shop',3,0);
INSERT INTO "breakdown_week" VALUES(2923,'event.customer.reopened','client/shop',1,0);
INSERT INTO "breakdown_week" VALUES(2923,'event.person.erased','platform',1,0);
INSERT INTO "breakdown_week" VALUES(2923,'event.reward.vetoed','platform',1,0);
CREATE TABLE clock (
	id INTEGER NOT NULL, 
	status VARCHAR NOT NULL, 
	sim_at BIGINT NOT NULL, 
	watermark BIGINT NOT NULL, 
	starts_at BIGINT NOT NULL, 
	ends_at BIGINT NOT NULL, 
	pace FLOAT NOT NULL, 
	heartbeat_at BIGINT NOT NULL, 
	pid INTEGER NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "clock" VALUES(1,'finished',1767927303556,1767927303556,0,0,0.0,1796039476559,19804);
CREATE TABLE command (
	id INTEGER NOT NULL, 
	kind VARCHAR NOT NULL, 
	args VARCHAR NOT NULL, 
	issued_at BIGINT NOT NULL, 
	seq INTEGER NOT NULL, 
	sim_at BIGINT NOT NULL, 
	refused VARCHAR, 
	PRIMARY KEY (id)
);
CREATE TABLE decision (
	id INTEGER NOT NULL, 
	seq INTEGER NOT NULL, 
	milestone VARCHAR NOT NULL, 
	friend INTEGER NOT NULL, 
	referrer INTEGER, 
	outcome VARCHAR NOT NULL, 
	reason VARCHAR, 
	decided_at BIGINT NOT NULL, 
	failed VARCHAR NOT NULL, 
	offered VARCHAR NOT NULL, 
	facts VARCHAR, 
	program_version INTEGER NOT NULL, 
	withheld_minor BIGINT, 
	PRIMARY KEY (id)
);
INSERT INTO "decision" VALUES(1,54,'activated',1,0,'qualified',NULL,1767258369352,'[]','[]','{"same_person":false,"same_contact":false,"referrer_friends_24h":1.0,"amount":null}',2,NULL);
INSERT INTO "decision" VALUES(2,55,'activated',2,NULL,'ignored','unattributed',1767262140025,'[]','[]',NULL,2,NULL);
INSERT INTO "decision" VALUES(3,57,'activated',0,0,'refused','no-self-referral',1767263270652,'[["no-self-referral","fail"],["not-too-fast","fail"]]','[]','{"same_person":true,"same_contact":true,"referrer_friends_24h":2.0,"amount":null}',2,2500);
INSERT INTO "decision" VALUES(4,58,'activated',5,3,'qualified',NULL,1767265404002,'[]','[]','{"same_person":false,"same_contact":false,"referrer_friends_24h":1.0,"amount":null}',2,NULL);
INSERT INTO "decision" VALUES(5,59,'activated',6,5,'qualified',NULL,1767275090258,'[]','[]','{"same_person":false,"same_contact":false,"referrer_friends_24h":1.0,"amount":null}',2,NULL);
INSERT INTO "decision" VALUES(6,60,'activated',4,NULL,'ignored','unattributed',1767283400516,'[]','[]',NULL,2,NULL);
INSERT INTO "decision" VALUES(7,61,'activated',8,NULL,'ignored','unattributed',1767284623748,'[]','[]',NULL,2,NULL);
INSERT INTO "decision" VALUES(8,64,'activated',7,6,'qualified',NULL,1767287766203,'[]','[]','{"same_person":false,"same_contact":false,"referrer_friends_24h":1.0,"amount":null}',2,NULL);
INSERT INTO "decision" VALUES(9,65,'activated',9,8,'qualified',NULL,1767293135621,'[]','[]','{"same_person":false,"same_contact":false,"referrer_friends_24h":1.0,"amount":null}',2,NULL);
INSERT INTO "decision" VALUES(10,66,'activated',13,11,'qualified',NULL,1767301761186,'[]','[]','{"same_person":false,"same_contact":false,"referrer_friends_24h":1.0,"amount":null}',2,NULL);
INSERT INTO "decision" VALUES(11,67,'activated',10,NULL,'ignored','unattributed',1767305379677,'[]','[]',NULL,2,NULL);
INSERT INTO "decision" VALUES(12,68,'activated',11,9,'qualified',NULL,1767306179283,'[]','[]','{"same_person":false,"same_contact":false,"referrer_friends_24h":1.0,"amount":null}',2,NULL);
INSERT INTO "decision" VALUES(13,69,'activated',12,9,'review','not-too-fast',1767316253074,'[["not-too-fast","fail"]]','[]','{"same_person":false,"same_contact":false,"referrer_friends_24h":2.0,"amount":null}',2,2500);
INSERT INTO "decision" VALUES(14,70,'bill',9,8,'qualified',NULL,1767321458253,'[]','[]','{"same_person":false,"same_contact":false,"referrer_friends_24h":1.0,"amount":11.24}',2,NULL);
INSERT INTO "decision" VALUES(15,71,'bill',4,NULL,'ignored','unattributed',1767321659761,'[]','[]',NULL,2,NULL);
INSERT INTO "decision" VALUES(16,72,'bill',5,3,'qualified',NULL,1767324565565,'[]','[]','{"same_person":false,"same_contact":false,"referrer_friends_24h":1.0,"amount":15.64}',2,NULL);
INSERT INTO "decision" VALUES(17,73,'bill',12,9,'qualified',NULL,1767327682549,'[]','[]','{"same_person":false,"same_contact":false,"referrer_friends_24h":2.0,"amount":21.45}',2,NULL);
INSERT INTO "decision" VALUES(18,74,'bill',11,9,'qualified',NULL,1767328157861,'[]','[]','{"same_person":false,"same_contact":false,"referrer_friends_24h":1.0,"amount":7.93}',2,NULL);
INSERT INTO "decision" VALUES(19,75,'bill',6,5,'qualified',NULL,1767331513566,'[]','[]','{"same_person":false,"same_contact":false,"referrer_friends_24h":1.0,"amount":15.1}',2,NULL);
INSERT INTO "decision" VALUES(20,76,'bill',13,11,'refused','worth-it',1767336820101,'[["worth-it","fail"]]','[]','{"same_person":false,"same_contact":false,"referrer_friends_24h":1.0,"amount":2.4}',2,74);
INSERT INTO "decision" VALUES(21,78,'bill',4,NULL,'ignored','unattributed',1767408059761,'[]','[]',NULL,2,NULL);
INSERT INTO "decision" VALUES(22,79,'bill',5,3,'qualified',NULL,1767410965565,'[]','[]','{"same_person":false,"same_contact":false,"referrer_friends_24h":1.0,"amount":17.55}',2,NULL);
INSERT INTO "decision" VALUES(23,80,'bill',12,9,'qualified',NULL,1767414082549,'[]','[]','{"same_person":false,"same_contact":false,"referrer_friends_24h":2.0,"amount":14.86}',2,NULL);
INSERT INTO "decision" VALUES(24,81,'bill',11,9,'qualified',NULL,1767414557861,'[]','[]','{"same_person":false,"same_contact":false,"referrer_friends_24h":1.0,"amount":22.38}',2,NULL);
INSERT INTO "decision" VALUES(25,82,'bill',13,11,'qualified',NULL,1767423220101,'[]','[]','{"same_person":false,"same_contact":false,"referrer_friends_24h":1.0,"amount":13.52}',2,NULL);
CREATE TABLE due (
	day INTEGER NOT NULL, 
	reward VARCHAR NOT NULL, 
	expected VARCHAR NOT NULL, 
	count INTEGER NOT NULL, 
	value BIGINT NOT NULL, 
	PRIMARY KEY (day, reward, expected)
)
 WITHOUT ROWID

;
CREATE TABLE event (
	seq INTEGER NOT NULL, 
	received_at BIGINT NOT NULL, 
	occurred_at BIGINT NOT NULL, 
	time_inferred BOOLEAN, 
	type VARCHAR NOT NULL, 
	source VARCHAR NOT NULL, 
	id VARCHAR NOT NULL, 
	person INTEGER, 
	code VARCHAR, 
	channel VARCHAR, 
	contact_ref VARCHAR, 
	contact_kind VARCHAR, 
	via VARCHAR, 
	referrer_kind VARCHAR, 
	segment VARCHAR, 
	community VARCHAR, 
	country VARCHAR, 
	device_ref VARCHAR, 
	reach BIGINT, 
	eligible BOOLEAN, 
	amount_minor BIGINT, 
	currency VARCHAR, 
	outcome VARCHAR, 
	new_customer BOOLEAN, 
	reverses VARCHAR, 
	reason VARCHAR, 
	attributes VARCHAR, 
	adjusts VARCHAR, 
	reinstates VARCHAR, 
	steering VARCHAR, 
	PRIMARY KEY (seq)
);
INSERT INTO "event" VALUES(1,1767225600000,1767225600000,NULL,'customer.identified','platform','who-0',0,NULL,NULL,'c-0x','email','sso','employee','b',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(2,1767225600001,1767225600001,NULL,'link.created','platform','link-0',0,'CODE0',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(3,1767226500000,1767226500000,NULL,'customer.identified','platform','who-1',1,NULL,NULL,'c-1x','email','sso','partner','a',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(4,1767226500001,1767226500001,NULL,'link.created','platform','link-1',1,'CODE1',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(5,1767226720019,1767226720019,NULL,'friend.visited','platform','visit-1-0',1,'CODE0','email',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(6,1767227400000,1767227400000,NULL,'customer.identified','platform','who-2',2,NULL,NULL,'c-2x','email','sso','customer','b',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(7,1767227400001,1767227400001,NULL,'link.created','platform','link-2',2,'CODE2',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(8,1767228300000,1767228300000,NULL,'customer.identified','platform','who-3',3,NULL,NULL,'c-3x','email','sso','customer','b',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(9,1767228300001,1767228300001,NULL,'link.created','platform','link-3',3,'CODE3',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(10,1767229200000,1767229200000,NULL,'customer.identified','platform','who-4',4,NULL,NULL,'c-4x','email','sso','partner','b',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(11,1767229200001,1767229200001,NULL,'link.created','platform','link-4',4,'CODE4',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(12,1767229618633,1767229618633,NULL,'friend.claimed','platform','claim-2',2,NULL,NULL,'c-2x',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(13,1767230100000,1767230100000,NULL,'customer.identified','platform','who-5',5,NULL,NULL,'erased-smqqtynurihnedpetctmmxnm','email','sso','employee',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(14,1767230100001,1767230100001,NULL,'link.created','platform','link-5',5,'erased-bgsbkiicpucutbtsipnganxs',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(15,1767230136122,1767230136122,NULL,'friend.visited','platform','visit-1-1',1,'CODE0','email',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(16,1767231000000,1767231000000,NULL,'customer.identified','platform','who-6',6,NULL,NULL,'c-6x','email','sso','customer','b',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(17,1767231000001,1767231000001,NULL,'link.created','platform','link-6',6,'CODE6',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(18,1767231900000,1767231900000,NULL,'customer.identified','platform','who-7',7,NULL,NULL,'c-7x','email','sso','employee','b',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(19,1767231900001,1767231900001,NULL,'link.created','platform','link-7',7,'CODE7',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(20,1767232800000,1767232800000,NULL,'customer.identified','platform','who-8',8,NULL,NULL,'c-8x','email','sso','employee','b',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(21,1767232800001,1767232800001,NULL,'link.created','platform','link-8',8,'CODE8',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(22,1767233347638,1767233347638,NULL,'friend.claimed','platform','claim-1',1,NULL,NULL,'c-1x',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(23,1767233411851,1767233411851,NULL,'friend.visited','platform','visit-0-1',0,'CODE0','email',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(24,1767233700000,1767233700000,NULL,'customer.identified','platform','who-9',9,NULL,NULL,'c-9x','email','sso','customer','b',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(25,1767233700001,1767233700001,NULL,'link.created','platform','link-9',9,'CODE9',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(26,1767234492593,1767234492593,NULL,'friend.visited','platform','visit-0-0',0,'CODE0','email',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(27,1767234514570,1767234514570,NULL,'friend.visited','platform','visit-9-0',9,'CODE8','email',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(28,1767234600000,1767234600000,NULL,'customer.identified','platform','who-10',10,NULL,NULL,'c-10x','email','sso','partner','b',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(29,1767234600001,1767234600001,NULL,'link.created','platform','link-10',10,'CODE10',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(30,1767235234906,1767235234906,NULL,'friend.visited','platform','visit-5-0',5,'CODE3','email',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(31,1767235259761,1767235259761,NULL,'friend.claimed','platform','claim-4',4,NULL,NULL,'c-4x',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(32,1767235500000,1767235500000,NULL,'customer.identified','platform','who-11',11,NULL,NULL,'c-11x','email','sso','customer','a',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(33,1767235500001,1767235500001,NULL,'link.created','platform','link-11',11,'CODE11',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(34,1767236400000,1767236400000,NULL,'customer.identified','platform','who-12',12,NULL,NULL,'c-12x','email','sso','partner','b',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(35,1767236400001,1767236400001,NULL,'link.created','platform','link-12',12,'CODE12',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(36,1767237288964,1767237288964,NULL,'friend.visited','platform','visit-11-0',11,'CODE9','email',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(37,1767237300000,1767237300000,NULL,'customer.identified','platform','who-13',13,NULL,NULL,'c-13x','email','sso','customer','a',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(38,1767237300001,1767237300001,NULL,'link.created','platform','link-13',13,'CODE13',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(39,1767237346668,1767237346668,NULL,'friend.visited','platform','visit-3-0',3,'CODE2','email',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(40,1767238165565,1767238165565,NULL,'friend.claimed','platform','claim-5',5,'CODE4',NULL,'erased-smqqtynurihnedpetctmmxnm',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(41,1767238503574,1767238503574,NULL,'friend.claimed','platform','claim-8',8,NULL,NULL,'c-8x',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(42,1767239672108,1767239672108,NULL,'friend.claimed','platform','claim-3',3,'CODE2',NULL,'c-3x',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(43,1767239672108,1767239672108,NULL,'program.changed','platform','change-1',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'{"program":"\n[program]\nname = \"Test Mobile\"\nindustry = \"telecom\"\ncurrency = \"GBP\"\nreferrers = [\"customer\", \"employee\"]\n\n[attribution]\nwindow = \"20d\"\n\n[[milestone]]\nname = \"activated\"\nevent = \"service.activated\"\noccurrence = \"any\"\nwithin = \"30d\"\n\n[[milestone]]\nname = \"bill\"\nevent = \"bill.paid\"\noccurrence = \"each\"\n\n[[rule]]\ncode = \"no-self-referral\"\nrequire = \"NOT same_person AND NOT same_contact\"\nbecause = \"One person, or one contact.\"\n\n[[rule]]\ncode = \"not-too-fast\"\nrequire = \"referrer_friends_24h <= 1\"\nbecause = \"Too many friends within a day.\"\non_fail = \"review\"\nmilestones = [\"activated\"]\n\n[[rule]]\ncode = \"worth-it\"\nrequire = \"amount >= 5\"\nbecause = \"Less than five pounds.\"\nmilestones = [\"bill\"]\n\n[[reward]]\nname = \"credit\"\nto = \"referrer\"\non = \"activated\"\nkind = \"bill-credit\"\nvalue = 25.00\nhold = \"3d\"\nclawback = \"10d\"\ncaps = [{ count = 2, window = \"9d\" }]\n\n[[reward]]\nname = \"share\"\nto = \"friend\"\non = \"bill\"\nkind = \"bill-credit\"\npercent = 10\nhold = \"1d\"\n\n[[reward]]\nname = \"thanks\"\nto = \"upline\"\non = \"bill\"\nkind = \"bill-credit\"\nvalue = 1.00\nevery = 2\n\n[budget]\ntotal = 400.00\n"}');
INSERT INTO "event" VALUES(44,1767240705935,1767240705935,NULL,'friend.visited','platform','visit-6-0',6,'CODE4','email',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(45,1767240997553,1767240997553,NULL,'friend.visited','platform','visit-12-1',12,'CODE10','email',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(46,1767241282549,1767241282549,NULL,'friend.claimed','platform','claim-12',12,NULL,NULL,'c-12x',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(47,1767241730159,1767241730159,NULL,'friend.visited','platform','visit-12-0',12,'CODE9','email',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(48,1767241757861,1767241757861,NULL,'friend.claimed','platform','claim-11',11,NULL,NULL,'c-11x',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(49,1767241794587,1767241794587,NULL,'friend.visited','platform','visit-7-0',7,'CODE6','email',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(50,1767242790626,1767242790626,NULL,'friend.visited','platform','visit-11-1',11,'CODE10','email',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(51,1767245113566,1767245113566,NULL,'friend.claimed','platform','claim-6',6,'erased-bgsbkiicpucutbtsipnganxs',NULL,'c-6x',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(52,1767245943267,1767245943267,NULL,'friend.visited','platform','visit-13-0',13,'CODE11','email',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(53,1767250420101,1767250420101,NULL,'friend.claimed','platform','claim-13',13,NULL,NULL,'c-13x',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(54,1767258369352,1767254769352,NULL,'service.activated','client/shop','on-1',1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(55,1767262140025,1767258540025,NULL,'service.activated','client/shop','on-2',2,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(56,1767262140025,1767262140025,NULL,'review.decided','platform','verdict-53',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'{"decision_source":"client/shop","decision_id":"on-1","decision_milestone":"activated","verdict":"decline","by":"op-1"}');
INSERT INTO "event" VALUES(57,1767263270652,1767259670652,NULL,'service.activated','client/shop','on-0',0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(58,1767265404002,1767261804002,NULL,'service.activated','client/shop','on-5',5,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(59,1767275090258,1767271490258,NULL,'service.activated','client/shop','on-6',6,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(60,1767283400516,1767279800516,NULL,'service.activated','client/shop','on-4',4,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(61,1767284623748,1767281023748,NULL,'service.activated','client/shop','on-8',8,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(62,1767286355707,1767286355707,NULL,'conversion.reversed','client/shop','off-5',5,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'on-5',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(63,1767286355707,1767286355707,NULL,'review.decided','platform','verdict-59',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'{"decision_source":"client/shop","decision_id":"on-5","decision_milestone":"activated","verdict":"approve","by":"op-1"}');
INSERT INTO "event" VALUES(64,1767287766203,1767284166203,NULL,'service.activated','client/shop','on-7',7,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(65,1767293135621,1767289535621,NULL,'service.activated','client/shop','on-9',9,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(66,1767301761186,1767298161186,NULL,'service.activated','client/shop','on-13',13,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(67,1767305379677,1767301779677,NULL,'service.activated','client/shop','on-10',10,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(68,1767306179283,1767302579283,NULL,'service.activated','client/shop','on-11',11,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(69,1767316253074,1767312653074,NULL,'service.activated','client/shop','on-12',12,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(70,1767321458253,1767321458253,NULL,'bill.paid','client/shop','bill-9-0',9,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1124,'GBP',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(71,1767321659761,1767321659761,NULL,'bill.paid','client/shop','bill-4-0',4,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,2500,'GBP',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(72,1767324565565,1767324565565,NULL,'bill.paid','client/shop','bill-5-0',5,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1564,'GBP',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(73,1767327682549,1767327682549,NULL,'bill.paid','client/shop','bill-12-0',12,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,2145,'GBP',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(74,1767328157861,1767328157861,NULL,'bill.paid','client/shop','bill-11-0',11,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,793,'GBP',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(75,1767331513566,1767331513566,NULL,'bill.paid','client/shop','bill-6-0',6,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1510,'GBP',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(76,1767336820101,1767336820101,NULL,'bill.paid','client/shop','bill-13-0',13,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,240,'GBP',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(77,1767382069842,1767382069842,NULL,'conversion.reversed','client/shop','off-7',7,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'on-7',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(78,1767408059761,1767408059761,NULL,'bill.paid','client/shop','bill-4-1',4,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,113,'GBP',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(79,1767410965565,1767410965565,NULL,'bill.paid','client/shop','bill-5-1',5,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1755,'GBP',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(80,1767414082549,1767414082549,NULL,'bill.paid','client/shop','bill-12-1',12,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1486,'GBP',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(81,1767414557861,1767414557861,NULL,'bill.paid','client/shop','bill-11-1',11,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,2238,'GBP',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(82,1767423220101,1767423220101,NULL,'bill.paid','client/shop','bill-13-1',13,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1352,'GBP',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(83,1767535723937,1767535723937,NULL,'conversion.reversed','client/shop','off-6',6,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'on-6',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(84,1767763329700,1767763329700,NULL,'conversion.reversed','client/shop','off-0',0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'on-0',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(85,1767927295556,1767927295556,NULL,'conversion.reversed','client/shop','off-9',9,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'on-9',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(86,1767927297556,1767927297556,NULL,'customer.closed','client/shop','c1',5,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'moved away',NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(87,1767927298556,1767927298556,NULL,'customer.reopened','client/shop','c2',5,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(88,1767927299556,1767927299556,NULL,'conversion.adjusted','client/shop','j1',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,100,NULL,NULL,NULL,NULL,'sent half of it back',NULL,'bill-12-0',NULL,NULL);
INSERT INTO "event" VALUES(89,1767927300556,1767927300556,NULL,'reward.vetoed','platform','v1',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'p-1 rang',NULL,NULL,NULL,'{"reward_source":"client/shop","reward_id":"on-1","reward_milestone":"activated","reward_reward":"credit"}');
INSERT INTO "event" VALUES(90,1767927301556,1767927301556,NULL,'conversion.reinstated','client/shop','r1',6,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'won the dispute',NULL,NULL,'on-6',NULL);
INSERT INTO "event" VALUES(91,1767927302556,1767927302556,NULL,'customer.closed','client/shop','c3',7,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(92,1767927302557,1767927302557,NULL,'person.erased','platform','erasure-ab11f46b30c98885e7188e99cee240bcf687e87c449d3bc0aa08b5ef343114ce',5,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'request of 3 May',NULL,NULL,NULL,'{"by":"dpo-1"}');
INSERT INTO "event" VALUES(93,1767927303556,1767927303556,NULL,'customer.closed','client/shop','c4',8,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'did not say why',NULL,NULL,NULL,NULL);
CREATE TABLE fault (
	dial VARCHAR NOT NULL, 
	type VARCHAR NOT NULL, 
	rate FLOAT NOT NULL, 
	count INTEGER NOT NULL, 
	turned_on BOOLEAN NOT NULL, 
	PRIMARY KEY (dial, type)
)
 WITHOUT ROWID

;
CREATE TABLE hour (
	hour INTEGER NOT NULL, 
	metric VARCHAR NOT NULL, 
	count BIGINT NOT NULL, 
	value BIGINT NOT NULL, 
	PRIMARY KEY (hour, metric)
)
 WITHOUT ROWID

;
INSERT INTO "hour" VALUES(490896,'event.customer.identified',4,0);
INSERT INTO "hour" VALUES(490896,'event.friend.visited',1,0);
INSERT INTO "hour" VALUES(490896,'event.link.created',4,0);
INSERT INTO "hour" VALUES(490896,'receipt.accepted',9,0);
INSERT INTO "hour" VALUES(490896,'receipt.malformed',1,0);
INSERT INTO "hour" VALUES(490896,'referrer.linked',4,0);
INSERT INTO "hour" VALUES(490896,'stage.visited',1,0);
INSERT INTO "hour" VALUES(490897,'event.customer.identified',4,0);
INSERT INTO "hour" VALUES(490897,'event.friend.claimed',1,0);
INSERT INTO "hour" VALUES(490897,'event.friend.visited',1,0);
INSERT INTO "hour" VALUES(490897,'event.link.created',4,0);
INSERT INTO "hour" VALUES(490897,'receipt.accepted',10,0);
INSERT INTO "hour" VALUES(490897,'referrer.linked',4,0);
INSERT INTO "hour" VALUES(490897,'stage.claimed',1,0);
INSERT INTO "hour" VALUES(490897,'stage.visited',1,0);
INSERT INTO "hour" VALUES(490898,'attribution.link',1,0);
INSERT INTO "hour" VALUES(490898,'event.customer.identified',4,0);
INSERT INTO "hour" VALUES(490898,'event.friend.claimed',2,0);
INSERT INTO "hour" VALUES(490898,'event.friend.visited',4,0);
INSERT INTO "hour" VALUES(490898,'event.link.created',4,0);
INSERT INTO "hour" VALUES(490898,'receipt.accepted',14,0);
INSERT INTO "hour" VALUES(490898,'receipt.duplicate',1,490898);
INSERT INTO "hour" VALUES(490898,'receipt.malformed',1,0);
INSERT INTO "hour" VALUES(490898,'referrer.linked',4,0);
INSERT INTO "hour" VALUES(490898,'stage.claimed',2,0);
INSERT INTO "hour" VALUES(490898,'stage.visited',4,0);
INSERT INTO "hour" VALUES(490899,'attribution.code',1,0);
INSERT INTO "hour" VALUES(490899,'attribution.link',1,0);
INSERT INTO "hour" VALUES(490899,'event.customer.identified',2,0);
INSERT INTO "hour" VALUES(490899,'event.friend.claimed',3,0);
INSERT INTO "hour" VALUES(490899,'event.friend.visited',2,0);
INSERT INTO "hour" VALUES(490899,'event.link.created',2,0);
INSERT INTO "hour" VALUES(490899,'event.program.changed',1,0);
INSERT INTO "hour" VALUES(490899,'receipt.accepted',10,0);
INSERT INTO "hour" VALUES(490899,'receipt.duplicate',1,490899);
INSERT INTO "hour" VALUES(490899,'receipt.malformed',1,0);
INSERT INTO "hour" VALUES(490899,'referrer.linked',2,0);
INSERT INTO "hour" VALUES(490899,'stage.claimed',3,0);
INSERT INTO "hour" VALUES(490899,'stage.visited',3,0);
INSERT INTO "hour" VALUES(490900,'attribution.link',1,0);
INSERT INTO "hour" VALUES(490900,'event.friend.claimed',2,0);
INSERT INTO "hour" VALUES(490900,'event.friend.visited',5,0);
INSERT INTO "hour" VALUES(490900,'receipt.accepted',7,0);
INSERT INTO "hour" VALUES(490900,'receipt.conflict',1,0);
INSERT INTO "hour" VALUES(490900,'stage.claimed',2,0);
INSERT INTO "hour" VALUES(490900,'stage.visited',3,0);
INSERT INTO "hour" VALUES(490901,'attribution.code',1,0);
INSERT INTO "hour" VALUES(490901,'event.friend.claimed',1,0);
INSERT INTO "hour" VALUES(490901,'event.friend.visited',1,0);
INSERT INTO "hour" VALUES(490901,'receipt.accepted',2,0);
INSERT INTO "hour" VALUES(490901,'stage.claimed',1,0);
INSERT INTO "hour" VALUES(490901,'stage.visited',1,0);
INSERT INTO "hour" VALUES(490902,'attribution.link',1,0);
INSERT INTO "hour" VALUES(490902,'event.friend.claimed',1,0);
INSERT INTO "hour" VALUES(490902,'receipt.accepted',1,0);
INSERT INTO "hour" VALUES(490902,'stage.claimed',1,0);
INSERT INTO "hour" VALUES(490905,'decision.qualified',1,0);
INSERT INTO "hour" VALUES(490905,'event.service.activated',1,0);
INSERT INTO "hour" VALUES(490905,'receipt.accepted',1,0);
INSERT INTO "hour" VALUES(490905,'reward.pending',1,2500);
INSERT INTO "hour" VALUES(490905,'stage.converted',1,0);
INSERT INTO "hour" VALUES(490905,'stage.eligible',1,0);
INSERT INTO "hour" VALUES(490905,'stage.qualified',1,0);
INSERT INTO "hour" VALUES(490906,'attribution.link',1,0);
INSERT INTO "hour" VALUES(490906,'decision.ignored',1,0);
INSERT INTO "hour" VALUES(490906,'decision.refused',1,0);
INSERT INTO "hour" VALUES(490906,'event.review.decided',1,0);
INSERT INTO "hour" VALUES(490906,'event.service.activated',2,0);
INSERT INTO "hour" VALUES(490906,'receipt.accepted',3,0);
INSERT INTO "hour" VALUES(490906,'stage.claimed',1,0);
INSERT INTO "hour" VALUES(490906,'stage.converted',1,0);
INSERT INTO "hour" VALUES(490906,'stage.eligible',1,0);
INSERT INTO "hour" VALUES(490907,'decision.qualified',1,0);
INSERT INTO "hour" VALUES(490907,'event.service.activated',1,0);
INSERT INTO "hour" VALUES(490907,'receipt.accepted',1,0);
INSERT INTO "hour" VALUES(490907,'reward.pending',1,2500);
INSERT INTO "hour" VALUES(490907,'stage.converted',1,0);
INSERT INTO "hour" VALUES(490907,'stage.eligible',1,0);
INSERT INTO "hour" VALUES(490907,'stage.qualified',1,0);
INSERT INTO "hour" VALUES(490909,'decision.qualified',1,0);
INSERT INTO "hour" VALUES(490909,'event.service.activated',1,0);
INSERT INTO "hour" VALUES(490909,'receipt.accepted',1,0);
INSERT INTO "hour" VALUES(490909,'reward.pending',1,2500);
INSERT INTO "hour" VALUES(490909,'stage.converted',1,0);
INSERT INTO "hour" VALUES(490909,'stage.eligible',1,0);
INSERT INTO "hour" VALUES(490909,'stage.qualified',1,0);
INSERT INTO "hour" VALUES(490912,'decision.ignored',2,0);
INSERT INTO "hour" VALUES(490912,'event.conversion.reversed',1,0);
INSERT INTO "hour" VALUES(490912,'event.review.decided',1,0);
INSERT INTO "hour" VALUES(490912,'event.service.activated',2,0);
INSERT INTO "hour" VALUES(490912,'receipt.accepted',4,0);
INSERT INTO "hour" VALUES(490912,'reward.pending',-1,-2500);
INSERT INTO "hour" VALUES(490912,'reward.voided',1,2500);
INSERT INTO "hour" VALUES(490913,'attribution.link',1,0);
INSERT INTO "hour" VALUES(490913,'decision.qualified',1,0);
INSERT INTO "hour" VALUES(490913,'event.service.activated',1,0);
INSERT INTO "hour" VALUES(490913,'receipt.accepted',1,0);
INSERT INTO "hour" VALUES(490913,'reward.pending',1,2500);
INSERT INTO "hour" VALUES(490913,'stage.claimed',1,0);
INSERT INTO "hour" VALUES(490913,'stage.converted',1,0);
INSERT INTO "hour" VALUES(490913,'stage.eligible',1,0);
INSERT INTO "hour" VALUES(490913,'stage.qualified',1,0);
INSERT INTO "hour" VALUES(490914,'attribution.link',1,0);
INSERT INTO "hour" VALUES(490914,'decision.qualified',1,0);
INSERT INTO "hour" VALUES(490914,'event.service.activated',1,0);
INSERT INTO "hour" VALUES(490914,'receipt.accepted',1,0);
INSERT INTO "hour" VALUES(490914,'reward.pending',1,2500);
INSERT INTO "hour" VALUES(490914,'stage.claimed',1,0);
INSERT INTO "hour" VALUES(490914,'stage.converted',1,0);
INSERT INTO "hour" VALUES(490914,'stage.eligible',1,0);
INSERT INTO "hour" VALUES(490914,'stage.qualified',1,0);
INSERT INTO "hour" VALUES(490917,'decision.qualified',1,0);
INSERT INTO "hour" VALUES(490917,'event.service.activated',1,0);
INSERT INTO "hour" VALUES(490917,'receipt.accepted',1,0);
INSERT INTO "hour" VALUES(490917,'reward.pending',1,2500);
INSERT INTO "hour" VALUES(490917,'stage.converted',1,0);
INSERT INTO "hour" VALUES(490917,'stage.eligible',1,0);
INSERT INTO "hour" VALUES(490917,'stage.qualified',1,0);
INSERT INTO "hour" VALUES(490918,'decision.ignored',1,0);
INSERT INTO "hour" VALUES(490918,'decision.qualified',1,0);
INSERT INTO "hour" VALUES(490918,'event.service.activated',2,0);
INSERT INTO "hour" VALUES(490918,'receipt.accepted',2,0);
INSERT INTO "hour" VALUES(490918,'reward.pending',1,2500);
INSERT INTO "hour" VALUES(490918,'stage.converted',1,0);
INSERT INTO "hour" VALUES(490918,'stage.eligible',1,0);
INSERT INTO "hour" VALUES(490918,'stage.qualified',1,0);
INSERT INTO "hour" VALUES(490921,'attribution.link',1,0);
INSERT INTO "hour" VALUES(490921,'decision.review',1,0);
INSERT INTO "hour" VALUES(490921,'event.service.activated',1,0);
INSERT INTO "hour" VALUES(490921,'receipt.accepted',1,0);
INSERT INTO "hour" VALUES(490921,'stage.converted',1,0);
INSERT INTO "hour" VALUES(490921,'stage.eligible',1,0);
INSERT INTO "hour" VALUES(490922,'decision.ignored',1,0);
INSERT INTO "hour" VALUES(490922,'decision.qualified',1,0);
INSERT INTO "hour" VALUES(490922,'event.bill.paid',2,0);
INSERT INTO "hour" VALUES(490922,'receipt.accepted',2,0);
INSERT INTO "hour" VALUES(490922,'reward.pending',1,112);
INSERT INTO "hour" VALUES(490923,'decision.qualified',1,0);
INSERT INTO "hour" VALUES(490923,'event.bill.paid',1,0);
INSERT INTO "hour" VALUES(490923,'receipt.accepted',1,0);
INSERT INTO "hour" VALUES(490923,'reward.counted',1,100);
INSERT INTO "hour" VALUES(490923,'reward.pending',1,156);
INSERT INTO "hour" VALUES(490924,'decision.qualified',2,0);
INSERT INTO "hour" VALUES(490924,'event.bill.paid',2,0);
INSERT INTO "hour" VALUES(490924,'receipt.accepted',2,0);
INSERT INTO "hour" VALUES(490924,'receipt.duplicate',1,490924);
INSERT INTO "hour" VALUES(490924,'reward.counted',1,100);
INSERT INTO "hour" VALUES(490924,'reward.issued',1,100);
INSERT INTO "hour" VALUES(490924,'reward.pending',2,293);
INSERT INTO "hour" VALUES(490924,'stage.qualified',1,0);
INSERT INTO "hour" VALUES(490924,'stage.rewarded',1,0);
INSERT INTO "hour" VALUES(490924,'time_to_reward',1,0);
INSERT INTO "hour" VALUES(490925,'decision.qualified',1,0);
INSERT INTO "hour" VALUES(490925,'event.bill.paid',1,0);
INSERT INTO "hour" VALUES(490925,'receipt.accepted',1,0);
INSERT INTO "hour" VALUES(490925,'receipt.malformed',1,0);
INSERT INTO "hour" VALUES(490925,'reward.counted',1,100);
INSERT INTO "hour" VALUES(490925,'reward.pending',1,151);
INSERT INTO "hour" VALUES(490926,'decision.refused',1,0);
INSERT INTO "hour" VALUES(490926,'event.bill.paid',1,0);
INSERT INTO "hour" VALUES(490926,'receipt.accepted',1,0);
INSERT INTO "hour" VALUES(490939,'event.conversion.reversed',1,0);
INSERT INTO "hour" VALUES(490939,'receipt.accepted',1,0);
INSERT INTO "hour" VALUES(490939,'reward.pending',-1,-2500);
INSERT INTO "hour" VALUES(490939,'reward.voided',1,2500);
INSERT INTO "hour" VALUES(490946,'decision.ignored',1,0);
INSERT INTO "hour" VALUES(490946,'event.bill.paid',1,0);
INSERT INTO "hour" VALUES(490946,'receipt.accepted',1,0);
INSERT INTO "hour" VALUES(490946,'reward.issued',1,112);
INSERT INTO "hour" VALUES(490946,'reward.pending',-1,-112);
INSERT INTO "hour" VALUES(490946,'stage.rewarded',1,0);
INSERT INTO "hour" VALUES(490946,'time_to_reward',1,86400000);
INSERT INTO "hour" VALUES(490947,'decision.qualified',1,0);
INSERT INTO "hour" VALUES(490947,'event.bill.paid',1,0);
INSERT INTO "hour" VALUES(490947,'receipt.accepted',1,0);
INSERT INTO "hour" VALUES(490947,'reward.issued',2,256);
INSERT INTO "hour" VALUES(490947,'reward.pending',0,20);
INSERT INTO "hour" VALUES(490947,'stage.rewarded',1,0);
INSERT INTO "hour" VALUES(490947,'time_to_reward',2,86400000);
INSERT INTO "hour" VALUES(490948,'decision.qualified',2,0);
INSERT INTO "hour" VALUES(490948,'event.bill.paid',2,0);
INSERT INTO "hour" VALUES(490948,'receipt.accepted',2,0);
INSERT INTO "hour" VALUES(490948,'reward.counted',1,100);
INSERT INTO "hour" VALUES(490948,'reward.issued',3,393);
INSERT INTO "hour" VALUES(490948,'reward.pending',0,80);
INSERT INTO "hour" VALUES(490948,'stage.rewarded',1,0);
INSERT INTO "hour" VALUES(490948,'time_to_reward',3,172800000);
INSERT INTO "hour" VALUES(490949,'reward.issued',1,151);
INSERT INTO "hour" VALUES(490949,'reward.pending',-1,-151);
INSERT INTO "hour" VALUES(490949,'stage.rewarded',1,0);
INSERT INTO "hour" VALUES(490949,'time_to_reward',1,86400000);
INSERT INTO "hour" VALUES(490950,'decision.qualified',1,0);
INSERT INTO "hour" VALUES(490950,'event.bill.paid',1,0);
INSERT INTO "hour" VALUES(490950,'receipt.accepted',1,0);
INSERT INTO "hour" VALUES(490950,'reward.counted',1,100);
INSERT INTO "hour" VALUES(490950,'reward.pending',1,135);
INSERT INTO "hour" VALUES(490971,'reward.issued',1,176);
INSERT INTO "hour" VALUES(490971,'reward.pending',-1,-176);
INSERT INTO "hour" VALUES(490971,'time_to_reward',1,86400000);
INSERT INTO "hour" VALUES(490972,'reward.issued',2,373);
INSERT INTO "hour" VALUES(490972,'reward.pending',-2,-373);
INSERT INTO "hour" VALUES(490972,'time_to_reward',2,172800000);
INSERT INTO "hour" VALUES(490974,'reward.issued',1,135);
INSERT INTO "hour" VALUES(490974,'reward.pending',-1,-135);
INSERT INTO "hour" VALUES(490974,'stage.rewarded',1,0);
INSERT INTO "hour" VALUES(490974,'time_to_reward',1,86400000);
INSERT INTO "hour" VALUES(490976,'reward.issued',1,2500);
INSERT INTO "hour" VALUES(490976,'reward.pending',-1,-2500);
INSERT INTO "hour" VALUES(490976,'stage.rewarded',1,0);
INSERT INTO "hour" VALUES(490976,'time_to_reward',1,259200000);
INSERT INTO "hour" VALUES(490980,'reward.issued',1,2500);
INSERT INTO "hour" VALUES(490980,'reward.pending',-1,-2500);
INSERT INTO "hour" VALUES(490980,'time_to_reward',1,259200000);
INSERT INTO "hour" VALUES(490982,'event.conversion.reversed',1,0);
INSERT INTO "hour" VALUES(490982,'receipt.accepted',1,0);
INSERT INTO "hour" VALUES(490982,'reward.issued',-1,-2500);
INSERT INTO "hour" VALUES(490982,'reward.revoked',1,2500);
INSERT INTO "hour" VALUES(490985,'reward.issued',1,2500);
INSERT INTO "hour" VALUES(490985,'reward.pending',-1,-2500);
INSERT INTO "hour" VALUES(490985,'time_to_reward',1,259200000);
INSERT INTO "hour" VALUES(490988,'reward.issued',1,2500);
INSERT INTO "hour" VALUES(490988,'reward.pending',-1,-2500);
INSERT INTO "hour" VALUES(490988,'time_to_reward',1,259200000);
INSERT INTO "hour" VALUES(490989,'reward.issued',1,2500);
INSERT INTO "hour" VALUES(490989,'reward.pending',-1,-2500);
INSERT INTO "hour" VALUES(490989,'time_to_reward',1,259200000);
INSERT INTO "hour" VALUES(491045,'event.conversion.reversed',1,0);
INSERT INTO "hour" VALUES(491045,'receipt.accepted',1,0);
INSERT INTO "hour" VALUES(491090,'event.conversion.adjusted',1,0);
INSERT INTO "hour" VALUES(491090,'event.conversion.reinstated',1,0);
INSERT INTO "hour" VALUES(491090,'event.conversion.reversed',1,0);
INSERT INTO "hour" VALUES(491090,'event.customer.closed',3,0);
INSERT INTO "hour" VALUES(491090,'event.customer.reopened',1,0);
INSERT INTO "hour" VALUES(491090,'event.person.erased',1,0);
INSERT INTO "hour" VALUES(491090,'event.reward.vetoed',1,0);
INSERT INTO "hour" VALUES(491090,'receipt.accepted',9,0);
INSERT INTO "hour" VALUES(491090,'time_to_reward',0,396611298);
CREATE TABLE kept_answer (
	seq INTEGER NOT NULL, 
	what VARCHAR NOT NULL, 
	answer VARCHAR NOT NULL, 
	erasure INTEGER NOT NULL, 
	PRIMARY KEY (seq, what)
)
 WITHOUT ROWID

;
CREATE TABLE lateness (
	type VARCHAR NOT NULL, 
	bucket INTEGER NOT NULL, 
	count INTEGER NOT NULL, 
	worst BIGINT NOT NULL, 
	PRIMARY KEY (type, bucket)
)
 WITHOUT ROWID

;
INSERT INTO "lateness" VALUES('bill.paid',0,12,0);
INSERT INTO "lateness" VALUES('conversion.adjusted',0,1,0);
INSERT INTO "lateness" VALUES('conversion.reinstated',0,1,0);
INSERT INTO "lateness" VALUES('conversion.reversed',0,5,0);
INSERT INTO "lateness" VALUES('customer.closed',0,3,0);
INSERT INTO "lateness" VALUES('customer.identified',0,14,0);
INSERT INTO "lateness" VALUES('customer.reopened',0,1,0);
INSERT INTO "lateness" VALUES('friend.claimed',0,10,0);
INSERT INTO "lateness" VALUES('friend.visited',0,14,0);
INSERT INTO "lateness" VALUES('link.created',0,14,0);
INSERT INTO "lateness" VALUES('person.erased',0,1,0);
INSERT INTO "lateness" VALUES('program.changed',0,1,0);
INSERT INTO "lateness" VALUES('review.decided',0,2,0);
INSERT INTO "lateness" VALUES('reward.vetoed',0,1,0);
INSERT INTO "lateness" VALUES('service.activated',48,13,3600000);
CREATE TABLE lateness_day (
	day INTEGER NOT NULL, 
	type VARCHAR NOT NULL, 
	bucket INTEGER NOT NULL, 
	count INTEGER NOT NULL, 
	worst BIGINT NOT NULL, 
	PRIMARY KEY (day, type, bucket)
)
 WITHOUT ROWID

;
INSERT INTO "lateness_day" VALUES(20454,'conversion.reversed',0,1,0);
INSERT INTO "lateness_day" VALUES(20454,'customer.identified',0,14,0);
INSERT INTO "lateness_day" VALUES(20454,'friend.claimed',0,10,0);
INSERT INTO "lateness_day" VALUES(20454,'friend.visited',0,14,0);
INSERT INTO "lateness_day" VALUES(20454,'link.created',0,14,0);
INSERT INTO "lateness_day" VALUES(20454,'program.changed',0,1,0);
INSERT INTO "lateness_day" VALUES(20454,'review.decided',0,2,0);
INSERT INTO "lateness_day" VALUES(20454,'service.activated',48,12,3600000);
INSERT INTO "lateness_day" VALUES(20455,'bill.paid',0,7,0);
INSERT INTO "lateness_day" VALUES(20455,'conversion.reversed',0,1,0);
INSERT INTO "lateness_day" VALUES(20455,'service.activated',48,1,3600000);
INSERT INTO "lateness_day" VALUES(20456,'bill.paid',0,5,0);
INSERT INTO "lateness_day" VALUES(20457,'conversion.reversed',0,1,0);
INSERT INTO "lateness_day" VALUES(20460,'conversion.reversed',0,1,0);
INSERT INTO "lateness_day" VALUES(20462,'conversion.adjusted',0,1,0);
INSERT INTO "lateness_day" VALUES(20462,'conversion.reinstated',0,1,0);
INSERT INTO "lateness_day" VALUES(20462,'conversion.reversed',0,1,0);
INSERT INTO "lateness_day" VALUES(20462,'customer.closed',0,3,0);
INSERT INTO "lateness_day" VALUES(20462,'customer.reopened',0,1,0);
INSERT INTO "lateness_day" VALUES(20462,'person.erased',0,1,0);
INSERT INTO "lateness_day" VALUES(20462,'reward.vetoed',0,1,0);
CREATE TABLE leader (
	board VARCHAR NOT NULL, 
	place INTEGER NOT NULL, 
	person INTEGER, 
	community VARCHAR, 
	friends INTEGER NOT NULL, 
	qualified INTEGER NOT NULL, 
	issued_minor BIGINT NOT NULL, 
	generation INTEGER, 
	PRIMARY KEY (board, place)
)
 WITHOUT ROWID

;
INSERT INTO "leader" VALUES('issued',1,9,NULL,2,2,2500,NULL);
INSERT INTO "leader" VALUES('issued',2,0,NULL,2,1,2500,NULL);
INSERT INTO "leader" VALUES('issued',3,5,NULL,1,1,2500,NULL);
INSERT INTO "leader" VALUES('issued',4,11,NULL,1,1,2500,NULL);
INSERT INTO "leader" VALUES('issued',5,8,NULL,1,1,200,NULL);
INSERT INTO "leader" VALUES('issued',6,2,NULL,1,0,100,NULL);
INSERT INTO "leader" VALUES('issued',7,3,NULL,1,1,0,NULL);
INSERT INTO "leader" VALUES('issued',8,6,NULL,1,1,0,NULL);
INSERT INTO "leader" VALUES('qualified',1,9,NULL,2,2,2500,NULL);
INSERT INTO "leader" VALUES('qualified',2,0,NULL,2,1,2500,NULL);
INSERT INTO "leader" VALUES('qualified',3,5,NULL,1,1,2500,NULL);
INSERT INTO "leader" VALUES('qualified',4,11,NULL,1,1,2500,NULL);
INSERT INTO "leader" VALUES('qualified',5,8,NULL,1,1,200,NULL);
INSERT INTO "leader" VALUES('qualified',6,3,NULL,1,1,0,NULL);
INSERT INTO "leader" VALUES('qualified',7,6,NULL,1,1,0,NULL);
INSERT INTO "leader" VALUES('qualified',8,2,NULL,1,0,100,NULL);
CREATE TABLE merge (
	seq INTEGER NOT NULL, 
	subject INTEGER NOT NULL, 
	target INTEGER NOT NULL, 
	merged INTEGER NOT NULL, 
	person INTEGER NOT NULL, 
	at BIGINT NOT NULL, 
	PRIMARY KEY (seq)
);
CREATE TABLE meter (
	number INTEGER NOT NULL, 
	at BIGINT NOT NULL, 
	sim_at BIGINT NOT NULL, 
	offered_per_second FLOAT, 
	achieved_per_second FLOAT NOT NULL, 
	p50_ms FLOAT, 
	p99_ms FLOAT, 
	behind_ms FLOAT NOT NULL, 
	queue INTEGER NOT NULL, 
	database_bytes BIGINT NOT NULL, 
	memory_bytes BIGINT NOT NULL, 
	figures VARCHAR NOT NULL, 
	PRIMARY KEY (number)
);
CREATE TABLE opened_block (
	chain VARCHAR NOT NULL, 
	number INTEGER NOT NULL, 
	salts VARCHAR NOT NULL, 
	PRIMARY KEY (chain, number)
)
 WITHOUT ROWID

;
INSERT INTO "opened_block" VALUES('audit',1,'833fdea987005129bce9c17aaa3aad8a5db191c8c76ce2e04810bde87732e9dc9377458d8efd599e14b2d2ec8e7dfdadc673eb83254b7e400822fa4f780ce22c9a6975e21e1a703547bf842ce33852a000000000000000000000000000000000dfe3e50d7e38dd98ac8fcb58a1fc89344a24cb088faa595a5e14fe1730678e71bd35f93c44305d29936e389f53070b0f5599997246ad16d50a3bd1f13b4bb02a2e49e5e867ad43917ecbec8575936b39ced00013020fb34b406eba782475bc987b1b87018c5347d60fde1a273b6d72f151e863f1e38e911de0a83549fca6808456058e87693c52af08bf3b177d883576acb3c36f56a8f4a105fc44abd03b369fc1f1d23010595c59475b71afb5cddad68f2cfb38899614cc11a5af7e81c7b61419db042c72b9f1f309261ea78311c6698fa3878b8c5c02736f6d98ea7bcfca5a69e41a638cba562f07ce5268b476de3053fa083cfd137c92f1a274501acfdf55dfad391f596c700bad9175576a6841c63c3aaa74afb145d2b770f89c725c4ce45ca5b485885e227e439e61fd680b53b27d43fac9837ef262b1170d1374f477200701fce6f7301a047d85d273f9affa172766a1ed4dfa80b2e36610e044518fab80b8f881bb30a2ad084329fd8d4fe1b14460a3efc170d549c736fb4e5fc31f9b258360e82beaefe4317e06704010e11f946119399d77af3f58d0b41cca81744034a5c29ab9e64d1318418eab01ced649262a8f7aec7340b5c980d59a7ab90b7eed8d295db22f54665cdc392c43ff7e961b51f66c224567364cd42fefee501eeb222df791e7107c64b71b7f8adea9ed811d3b43e9d6b0b9b43b4fe7095f64e677dbf20e15d69986024969363443e642608583129e82df86ba2c2d73556a0bc4af53d3e9e0ed0295808ea4a4bf6bfd43b0aed055accecb2b314eb30e45ecbb02199da03ab14c760ced8016f6d032eee5966ffecc2554fb88269bc97641f9548d4d77be029ccbae7e99ae597c2f83202827445d29c027f6b9d4b61696d5e1bd9616701705ad012b632ae29caec190fcac582084fe7a2fdf68a94b8b68c08d9ff68601299a837312d38a65b92855a7d81d8845a0d5be52664fa101d31d1b007b201a8612995c7b0c7ffa68e78fec04e28b40a61eff3a0f73425389c35a172b5d557ebaeb0713058833e01f53151c7bbcc70237def69f0f8342452c68066dde9ae61fbeb73864895af94550029726cebf19ac577a1007494dadd4f785dec990a0f1fceda4cab4a6b0bdb8ec2c5b5371732ec2a95391d9be5d652262878ee48cad269f0a9bad71d032962d291633d034fba26ab46933a4de97809d3385c9a1a35b2e5136ba39e8d12f049e7934846d4424f6278b340783d4e991c7bb89590af4df9071b2b983fe9b102cdeb4efae6e2c5982724237a8a9f1231913e54590775c39700cfadc8411f23c17238381f2b09b57c23315a027730779fe4ac94ed98b20a32152faf39a2da2cacfa304f13a56107e0c51d1f6a1576922d7872b7f476a11159328f9a574e6c073819292a70ecb5a9eaeea55cfcc5a6786f4b65375283f8d42f0181fa2a7b94b793a56e8eacb63150e6b88b17d93ded264689232db1aec7d3828c67d69a82748b49e665dffd337719a7995eb6732d5d86d726215b12dd26b048ea22a83d9dda81ae09e5a2d79dcb9c978d86fd65202474e4d5ba90858c86e22e2865701864e1f1792ad4b430839746b307bd8a8bf89899888e6908d013cad5032972ef57c20730c3d5686d5f1153bb19b6c591061aa318a86f02ba3700f899aa7a9700f9c155d8a208dbbbda540b63bbbd731746770b09c2b695f94569e4b869859682981bf8175dbae2e0dbc23f8aff4f9b0e648831ee35720a00a03931271adace07a6bba5e2a5b756da0eb4d755bbe1f73cc1a5bf700aea8b0bd8eafd0b361b589bf229555fcf79ecdff0fc3b6700073a7e50720de6a90b60be5d2223d5634b76f73341b395d9647fe332c167b28181b123087c9f7c201db1cb86bb32d3c378e0d05471abad2c67fc68107b7b94fc1c07dc8a634bdb94ef432bcbda845b4311a0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000');
INSERT INTO "opened_block" VALUES('event',1,'37c91eb4cfae79a5f30cecfc7b994c756c35784175b9e893426554b904be87846fa36b95e556702ac6a8f185536b935d68ab305288c03c1556dfb1012b0942acc6fe63c2dfb23308cd7846a1a684533b674f03e6c669b4bf906454cc64c7b9368804035e5b245283780549603cd51a4f1e4d7331b3b2e72f4fb5d80a883bf274db2c63edd77497cd2a76e7eff29b66f62225eb9a5b694eec3bc71c98a9442ae7ae97cc570db64e4e0ecc6973e0583b36237c85a17a700e44b90c1fabb0fb190a0000000000000000000000000000000000000000000000000000000000000000982ba7fa1fff4c8db0a6528bff16f1fc8018ed34f8b5a7dd795485df9e2f378d2d5d16b870ae10149cea12223c3eee5840ff1e045f7fa61243666320cab4092dc965553d99ba95c57d704e7e8ce5d1e1949f516bdee10ab432affd1ed604ed8326ea97b549d72d5384c39017f2bc3857da420f073ab903b65b10cd682f90fc898dd048ebf143174590d6fee6f284e3bc7f328ae0381ef3dbefdb152a87ebef7ec03310707ed30abce6a45712081822a1d0f2250005071e91ab865ff45c2d18452261faf988076ece5bf7d88f50c5663d9ca114f6930f6723eebe4e836bc58b6d2cb0b5f64804c42f4962f2a8553a13547886e178c125cc315f06a6d0e8d327bbbf8d914dba9bc5c94207e1e49b2d17021832db3785ca0336b5af0b8d4b604e7fe20dc28ccd8a912b18c71765336072beaa05e3999c17fa848300c036e8e345860094e5772007dfe92e2c17e3d7e684a32c064a14b2efc4d79fdb815a0e33d6997a34200a05d1c86cd7165a1e4bd995f09a0d8ed315990926817c96befb1d7bf630b43969ae43dc16ea7af2fb4edf2a5300000000000000000000000000000000796d4e50816faf14fe8abd8dd32d1d2749dd8eb108851324098be8af1473ebfd6a9456210af5588ff2f9b73593b6d85289d7fbba0281109c47db32dfeb32442d97de8f814d5cc346b704eca9da047c627aff3af0b13c42c7acbfd2cc77fca4c5adc6627d3fb1d29150e9e3232153d345dc60abfb3bfed70a1d26af3e44d3e534e2295a8277cc44acac8bd07d6cc433b4583b29a6c2c7fe9795d5341598fbe5fe000000000000000000000000000000003acf1ecde57acd3d97b9d82c636a7aebf8857f1336dc4df57fb1b815b50da9a10000000000000000000000000000000000000000000000000000000000000000c40717861c3b2b1a8e1b517bc077954b000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000a9d6a78750ce7104543e8388117bce3a00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000db1b0c5b8a3e93d347a5aab54c3cd60800000000000000000000000000000000000000000000000000000000000000006f24b0823f4e06c76674f1e18d13cea40000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000');
INSERT INTO "opened_block" VALUES('person',1,'23de7a5000b4e87e3ef6368123b4a1a0e197d1a5d760edc7000c0d5c0d8aef65dd0699b08fb1cad234b04a4e5e0461bd8f7578c0e0c2b18c24eaeb24cff678addf22c0162fde15eb230859dcbe4a51e2000000000000000000000000000000000d60b5adab4d8357d17cbbd14a4965009cc7627b492f295560d4e080dfd8fc7f75d0f449f8a9ffc520ffc606dbf7e2008f85fdda6784f63e2cd8d7b7c6f478063c575c4acc5800b3151208dbbb2fdf4d042c8e9605f88b228e4ea628b2451b7a7bcbab5f92b0ed5a39db4ddcee917823fd8533057bf7d8c1153c7a27c39a9fd90000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000');
CREATE TABLE person (
	id INTEGER NOT NULL, 
	ref VARCHAR NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "person" VALUES(0,'p-0');
INSERT INTO "person" VALUES(1,'p-1');
INSERT INTO "person" VALUES(2,'p-2');
INSERT INTO "person" VALUES(3,'p-3');
INSERT INTO "person" VALUES(4,'p-4');
INSERT INTO "person" VALUES(5,'erased-uxtsuztfnvzunsydlogkvmis');
INSERT INTO "person" VALUES(6,'p-6');
INSERT INTO "person" VALUES(7,'p-7');
INSERT INTO "person" VALUES(8,'p-8');
INSERT INTO "person" VALUES(9,'p-9');
INSERT INTO "person" VALUES(10,'p-10');
INSERT INTO "person" VALUES(11,'p-11');
INSERT INTO "person" VALUES(12,'p-12');
INSERT INTO "person" VALUES(13,'p-13');
CREATE TABLE program_version (
	version INTEGER NOT NULL, 
	from_seq INTEGER NOT NULL, 
	name VARCHAR NOT NULL, 
	currency VARCHAR NOT NULL, 
	digits INTEGER NOT NULL, 
	budget_minor BIGINT, 
	text VARCHAR NOT NULL, 
	PRIMARY KEY (version)
);
INSERT INTO "program_version" VALUES(1,0,'Test Mobile','GBP',2,40000,'
[program]
name = "Test Mobile"
industry = "telecom"
currency = "GBP"
referrers = ["customer", "employee"]

[attribution]
window = "20d"

[[milestone]]
name = "activated"
event = "service.activated"
occurrence = "any"
within = "30d"

[[milestone]]
name = "bill"
event = "bill.paid"
occurrence = "each"

[[rule]]
code = "no-self-referral"
require = "NOT same_person AND NOT same_contact"
because = "One person, or one contact."

[[rule]]
code = "not-too-fast"
require = "referrer_friends_24h <= 1"
because = "Too many friends within a day."
on_fail = "review"
milestones = ["activated"]

[[rule]]
code = "worth-it"
require = "amount >= 5"
because = "Less than five pounds."
milestones = ["bill"]

[[reward]]
name = "credit"
to = "referrer"
on = "activated"
kind = "bill-credit"
value = 20.00
hold = "3d"
clawback = "10d"
caps = [{ count = 2, window = "7d" }]

[[reward]]
name = "share"
to = "friend"
on = "bill"
kind = "bill-credit"
percent = 10
hold = "1d"

[[reward]]
name = "thanks"
to = "upline"
on = "bill"
kind = "bill-credit"
value = 1.00
every = 2

[budget]
total = 400.00
');
INSERT INTO "program_version" VALUES(2,43,'Test Mobile','GBP',2,40000,'
[program]
name = "Test Mobile"
industry = "telecom"
currency = "GBP"
referrers = ["customer", "employee"]

[attribution]
window = "20d"

[[milestone]]
name = "activated"
event = "service.activated"
occurrence = "any"
within = "30d"

[[milestone]]
name = "bill"
event = "bill.paid"
occurrence = "each"

[[rule]]
code = "no-self-referral"
require = "NOT same_person AND NOT same_contact"
because = "One person, or one contact."

[[rule]]
code = "not-too-fast"
require = "referrer_friends_24h <= 1"
because = "Too many friends within a day."
on_fail = "review"
milestones = ["activated"]

[[rule]]
code = "worth-it"
require = "amount >= 5"
because = "Less than five pounds."
milestones = ["bill"]

[[reward]]
name = "credit"
to = "referrer"
on = "activated"
kind = "bill-credit"
value = 25.00
hold = "3d"
clawback = "10d"
caps = [{ count = 2, window = "9d" }]

[[reward]]
name = "share"
to = "friend"
on = "bill"
kind = "bill-credit"
percent = 10
hold = "1d"

[[reward]]
name = "thanks"
to = "upline"
on = "bill"
kind = "bill-credit"
value = 1.00
every = 2

[budget]
total = 400.00
');
CREATE TABLE quarantine (
	number INTEGER NOT NULL, 
	received_at BIGINT NOT NULL, 
	source VARCHAR, 
	id VARCHAR, 
	receipt VARCHAR NOT NULL, 
	field VARCHAR, 
	reason VARCHAR NOT NULL, 
	message VARCHAR NOT NULL, 
	sha256 VARCHAR NOT NULL, 
	file VARCHAR, 
	line BIGINT, 
	PRIMARY KEY (number)
);
INSERT INTO "quarantine" VALUES(1,1767226500000,'platform','bad-2','malformed','time','"now": not an RFC 3339 moment with an offset, such as 2026-03-01T09:30:00Z','{"specversion": "1.0", "id": "bad-2", "source": "platform", "type": "customer.identified", "time": "now", "subject": "p-1", "data": {"contact_ref": "c-1x", "contact_kind": "email", "via": "sso", "referrer_kind": "partner", "segment": "a"}, "receivedat": 1767226500000, "extra": 1}','1f3bb175d57e05d9036a0fe94a0b7a26ab26672d07b92cd8113c71f0ded2a109','a.jsonl',4);
INSERT INTO "quarantine" VALUES(2,1767234600001,NULL,NULL,'malformed',NULL,'a list, not a JSON object; one event to a line, in braces','[]','4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945','a.jsonl',31);
INSERT INTO "quarantine" VALUES(3,1767236400001,NULL,NULL,'malformed',NULL,'not JSON: it ends too early; one whole event to a line','{"cut": ','0cc3c6f948b24e3ccb886bcc6211fd98487f44da4767a8d14f4f00b8116b37e7','a.jsonl',39);
INSERT INTO "quarantine" VALUES(4,1767240705935,'platform','visit-6-0','conflict','subject','another message with this source and id was accepted before, with another subject; if this one corrects it, send it under a new id','{"specversion": "1.0", "id": "visit-6-0", "source": "platform", "type": "friend.visited", "time": "2026-01-01T04:11:45.935Z", "subject": "p-0", "data": {"code": "CODE4", "channel": "email"}, "receivedat": 1767240705935}','6dd051f95cda021f5939223d3028c6ec5197feeb53d2c204e0d278afd8293c34','a.jsonl',50);
INSERT INTO "quarantine" VALUES(5,1767331513566,NULL,NULL,'malformed',NULL,'a list, not a JSON object; one event to a line, in braces','[]','4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945','a.jsonl',83);
CREATE TABLE reconciliation (
	type VARCHAR NOT NULL, 
	until BIGINT NOT NULL, 
	at BIGINT NOT NULL, 
	listed INTEGER NOT NULL, 
	found INTEGER NOT NULL, 
	missing INTEGER NOT NULL, 
	extra INTEGER NOT NULL, 
	different INTEGER NOT NULL, 
	returned INTEGER NOT NULL, 
	PRIMARY KEY (type, until)
)
 WITHOUT ROWID

;
CREATE TABLE reward (
	id INTEGER NOT NULL, 
	decision INTEGER NOT NULL, 
	seq INTEGER NOT NULL, 
	reward VARCHAR NOT NULL, 
	role VARCHAR NOT NULL, 
	recipient INTEGER, 
	community VARCHAR, 
	earned_minor BIGINT NOT NULL, 
	value_minor BIGINT NOT NULL, 
	kind VARCHAR, 
	state VARCHAR NOT NULL, 
	reason VARCHAR, 
	expected VARCHAR, 
	due_at BIGINT NOT NULL, 
	state_at BIGINT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "reward" VALUES(1,1,54,'credit','referrer',0,NULL,2500,2500,'bill-credit','issued',NULL,NULL,1767513969352,1767513969352);
INSERT INTO "reward" VALUES(2,4,58,'credit','referrer',3,NULL,2500,2500,'bill-credit','voided',NULL,NULL,1767521004002,1767286355707);
INSERT INTO "reward" VALUES(3,5,59,'credit','referrer',5,NULL,2500,2500,'bill-credit','issued',NULL,NULL,1767927301556,1767927301556);
INSERT INTO "reward" VALUES(4,8,64,'credit','referrer',6,NULL,2500,2500,'bill-credit','voided',NULL,NULL,1767543366203,1767382069842);
INSERT INTO "reward" VALUES(5,9,65,'credit','referrer',8,NULL,2500,2500,'bill-credit','revoked',NULL,NULL,1767548735621,1767927295556);
INSERT INTO "reward" VALUES(6,10,66,'credit','referrer',11,NULL,2500,2500,'bill-credit','issued',NULL,NULL,1767557361186,1767557361186);
INSERT INTO "reward" VALUES(7,12,68,'credit','referrer',9,NULL,2500,2500,'bill-credit','issued',NULL,NULL,1767561779283,1767561779283);
INSERT INTO "reward" VALUES(8,14,70,'share','friend',9,NULL,112,112,'bill-credit','issued',NULL,NULL,1767407858253,1767407858253);
INSERT INTO "reward" VALUES(9,16,72,'share','friend',5,NULL,156,156,'bill-credit','issued',NULL,NULL,1767410965565,1767410965565);
INSERT INTO "reward" VALUES(10,16,72,'thanks','upline',2,NULL,100,100,'bill-credit','counted',NULL,NULL,1767324565565,1767324565565);
INSERT INTO "reward" VALUES(11,17,73,'share','friend',12,NULL,214,214,'bill-credit','issued',NULL,NULL,1767414082549,1767414082549);
INSERT INTO "reward" VALUES(12,17,73,'thanks','upline',8,NULL,100,100,'bill-credit','counted',NULL,NULL,1767327682549,1767327682549);
INSERT INTO "reward" VALUES(13,18,74,'share','friend',11,NULL,79,79,'bill-credit','issued',NULL,NULL,1767414557861,1767414557861);
INSERT INTO "reward" VALUES(14,18,74,'thanks','upline',8,NULL,100,100,'bill-credit','issued',NULL,NULL,1767328157861,1767328157861);
INSERT INTO "reward" VALUES(15,19,75,'share','friend',6,NULL,151,151,'bill-credit','issued',NULL,NULL,1767417913566,1767417913566);
INSERT INTO "reward" VALUES(16,19,75,'thanks','upline',3,NULL,100,100,'bill-credit','counted',NULL,NULL,1767331513566,1767331513566);
INSERT INTO "reward" VALUES(17,22,79,'share','friend',5,NULL,176,176,'bill-credit','issued',NULL,NULL,1767497365565,1767497365565);
INSERT INTO "reward" VALUES(18,22,79,'thanks','upline',2,NULL,100,100,'bill-credit','issued',NULL,NULL,1767410965565,1767410965565);
INSERT INTO "reward" VALUES(19,23,80,'share','friend',12,NULL,149,149,'bill-credit','issued',NULL,NULL,1767500482549,1767500482549);
INSERT INTO "reward" VALUES(20,23,80,'thanks','upline',8,NULL,100,100,'bill-credit','counted',NULL,NULL,1767414082549,1767414082549);
INSERT INTO "reward" VALUES(21,24,81,'share','friend',11,NULL,224,224,'bill-credit','issued',NULL,NULL,1767500957861,1767500957861);
INSERT INTO "reward" VALUES(22,24,81,'thanks','upline',8,NULL,100,100,'bill-credit','issued',NULL,NULL,1767414557861,1767414557861);
INSERT INTO "reward" VALUES(23,25,82,'share','friend',13,NULL,135,135,'bill-credit','issued',NULL,NULL,1767509620101,1767509620101);
INSERT INTO "reward" VALUES(24,25,82,'thanks','upline',9,NULL,100,100,'bill-credit','counted',NULL,NULL,1767423220101,1767423220101);
CREATE TABLE setting (
	name VARCHAR NOT NULL, 
	value VARCHAR NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "setting" VALUES('schema','7');
INSERT INTO "setting" VALUES('kind','ingest');
INSERT INTO "setting" VALUES('newest_receipt','1767927303556');
INSERT INTO "setting" VALUES('program_sha256','6c7728ece47a7ec437a8bd9451a4bd67ef67a264d2d94e577a9b6c905b87ca86');
INSERT INTO "setting" VALUES('receipts','101');
INSERT INTO "setting" VALUES('received','100');
INSERT INTO "setting" VALUES('zone_data','2026.6');
CREATE TABLE total (
	metric VARCHAR NOT NULL, 
	count BIGINT NOT NULL, 
	value BIGINT NOT NULL, 
	PRIMARY KEY (metric)
)
 WITHOUT ROWID

;
INSERT INTO "total" VALUES('attribution.code',2,0);
INSERT INTO "total" VALUES('attribution.link',8,0);
INSERT INTO "total" VALUES('decision.ignored',6,0);
INSERT INTO "total" VALUES('decision.qualified',16,0);
INSERT INTO "total" VALUES('decision.refused',2,0);
INSERT INTO "total" VALUES('decision.review',1,0);
INSERT INTO "total" VALUES('event.bill.paid',12,0);
INSERT INTO "total" VALUES('event.conversion.adjusted',1,0);
INSERT INTO "total" VALUES('event.conversion.reinstated',1,0);
INSERT INTO "total" VALUES('event.conversion.reversed',5,0);
INSERT INTO "total" VALUES('event.customer.closed',3,0);
INSERT INTO "total" VALUES('event.customer.identified',14,0);
INSERT INTO "total" VALUES('event.customer.reopened',1,0);
INSERT INTO "total" VALUES('event.friend.claimed',10,0);
INSERT INTO "total" VALUES('event.friend.visited',14,0);
INSERT INTO "total" VALUES('event.link.created',14,0);
INSERT INTO "total" VALUES('event.person.erased',1,0);
INSERT INTO "total" VALUES('event.program.changed',1,0);
INSERT INTO "total" VALUES('event.review.decided',2,0);
INSERT INTO "total" VALUES('event.reward.vetoed',1,0);
INSERT INTO "total" VALUES('event.service.activated',13,0);
INSERT INTO "total" VALUES('receipt.accepted',93,0);
INSERT INTO "total" VALUES('receipt.conflict',1,0);
INSERT INTO "total" VALUES('receipt.duplicate',3,1472721);
INSERT INTO "total" VALUES('receipt.malformed',4,0);
INSERT INTO "total" VALUES('referrer.linked',14,0);
INSERT INTO "total" VALUES('reward.counted',5,500);
INSERT INTO "total" VALUES('reward.issued',16,11696);
INSERT INTO "total" VALUES('reward.revoked',1,2500);
INSERT INTO "total" VALUES('reward.voided',2,5000);
INSERT INTO "total" VALUES('stage.claimed',13,0);
INSERT INTO "total" VALUES('stage.converted',9,0);
INSERT INTO "total" VALUES('stage.eligible',9,0);
INSERT INTO "total" VALUES('stage.qualified',8,0);
INSERT INTO "total" VALUES('stage.rewarded',7,0);
INSERT INTO "total" VALUES('stage.visited',13,0);
INSERT INTO "total" VALUES('time_to_reward',17,2470211298);
CREATE TABLE week (
	week INTEGER NOT NULL, 
	metric VARCHAR NOT NULL, 
	count BIGINT NOT NULL, 
	value BIGINT NOT NULL, 
	PRIMARY KEY (week, metric)
)
 WITHOUT ROWID

;
INSERT INTO "week" VALUES(2922,'attribution.code',2,0);
INSERT INTO "week" VALUES(2922,'attribution.link',8,0);
INSERT INTO "week" VALUES(2922,'decision.ignored',6,0);
INSERT INTO "week" VALUES(2922,'decision.qualified',16,0);
INSERT INTO "week" VALUES(2922,'decision.refused',2,0);
INSERT INTO "week" VALUES(2922,'decision.review',1,0);
INSERT INTO "week" VALUES(2922,'event.bill.paid',12,0);
INSERT INTO "week" VALUES(2922,'event.conversion.reversed',4,0);
INSERT INTO "week" VALUES(2922,'event.customer.identified',14,0);
INSERT INTO "week" VALUES(2922,'event.friend.claimed',10,0);
INSERT INTO "week" VALUES(2922,'event.friend.visited',14,0);
INSERT INTO "week" VALUES(2922,'event.link.created',14,0);
INSERT INTO "week" VALUES(2922,'event.program.changed',1,0);
INSERT INTO "week" VALUES(2922,'event.review.decided',2,0);
INSERT INTO "week" VALUES(2922,'event.service.activated',13,0);
INSERT INTO "week" VALUES(2922,'receipt.accepted',84,0);
INSERT INTO "week" VALUES(2922,'receipt.conflict',1,0);
INSERT INTO "week" VALUES(2922,'receipt.duplicate',3,1472721);
INSERT INTO "week" VALUES(2922,'receipt.malformed',4,0);
INSERT INTO "week" VALUES(2922,'referrer.linked',14,0);
INSERT INTO "week" VALUES(2922,'reward.counted',5,500);
INSERT INTO "week" VALUES(2922,'reward.issued',16,11696);
INSERT INTO "week" VALUES(2922,'reward.revoked',1,2500);
INSERT INTO "week" VALUES(2922,'reward.voided',2,5000);
INSERT INTO "week" VALUES(2922,'stage.claimed',13,0);
INSERT INTO "week" VALUES(2922,'stage.converted',9,0);
INSERT INTO "week" VALUES(2922,'stage.eligible',9,0);
INSERT INTO "week" VALUES(2922,'stage.qualified',8,0);
INSERT INTO "week" VALUES(2922,'stage.rewarded',7,0);
INSERT INTO "week" VALUES(2922,'stage.visited',13,0);
INSERT INTO "week" VALUES(2922,'time_to_reward',17,2073600000);
INSERT INTO "week" VALUES(2923,'event.conversion.adjusted',1,0);
INSERT INTO "week" VALUES(2923,'event.conversion.reinstated',1,0);
INSERT INTO "week" VALUES(2923,'event.conversion.reversed',1,0);
INSERT INTO "week" VALUES(2923,'event.customer.closed',3,0);
INSERT INTO "week" VALUES(2923,'event.customer.reopened',1,0);
INSERT INTO "week" VALUES(2923,'event.person.erased',1,0);
INSERT INTO "week" VALUES(2923,'event.reward.vetoed',1,0);
INSERT INTO "week" VALUES(2923,'receipt.accepted',9,0);
INSERT INTO "week" VALUES(2923,'time_to_reward',0,396611298);
CREATE INDEX attribution_friend ON attribution (friend);
CREATE INDEX attribution_channel ON attribution (channel);
CREATE INDEX attribution_code ON attribution (code);
CREATE INDEX attribution_referrer ON attribution (referrer);
CREATE INDEX decision_friend ON decision (friend);
CREATE INDEX decision_review ON decision (id) WHERE outcome = 'review';
CREATE INDEX event_link ON event (code) WHERE type = 'link.created';
CREATE INDEX event_person ON event (person);
CREATE INDEX event_reverses ON event (reverses) WHERE reverses IS NOT NULL;
CREATE INDEX merge_merged ON merge (merged);
CREATE INDEX merge_person ON merge (person);
CREATE INDEX reward_decision ON reward (decision);
CREATE INDEX reward_recipient ON reward (recipient);
COMMIT;
