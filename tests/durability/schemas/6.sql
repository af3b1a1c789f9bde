PRAGMA application_id = 1380271701;
PRAGMA user_version = 6;
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
INSERT INTO "attribution" VALUES(51,6,5,'CODE5','code','code',1767245113566,1767245113566,51,2,NULL);
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
INSERT INTO "audit" VALUES(6,1767245113566,'attributed',6,51,'code, code, CODE5',51,2);
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
CREATE TABLE block (
	chain VARCHAR NOT NULL, 
	number INTEGER NOT NULL, 
	rows INTEGER NOT NULL, 
	hash VARCHAR NOT NULL, 
	PRIMARY KEY (chain, number)
)
 WITHOUT ROWID

;
INSERT INTO "block" VALUES('audit',1,89,'6591f735ebb7e4b125b3d888ade2a7dc401cd9d8506f6230eb1bdac1ee57abd5');
INSERT INTO "block" VALUES('event',1,85,'5c7fa7602e97f2015c7aa4006d81d732e2cef72491eb03ab7665c026138f6795');
INSERT INTO "block" VALUES('person',1,14,'48f45134388445b0bf9e17703f1831cd6312d40417381d7962d023154ef525dd');
INSERT INTO "block" VALUES('quarantine',1,5,'8c5d91d3b206a2b39d97d80ecd2c5a936a663dda392e4bb677d048c8466e6c35');
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
INSERT INTO "breakdown" VALUES('channel.issued','code',1,151);
INSERT INTO "breakdown" VALUES('channel.issued','email',14,9045);
INSERT INTO "breakdown" VALUES('channel.qualified','code',1,0);
INSERT INTO "breakdown" VALUES('channel.qualified','email',7,0);
INSERT INTO "breakdown" VALUES('event.bill.paid','client/shop',12,0);
INSERT INTO "breakdown" VALUES('event.conversion.reversed','client/shop',5,0);
INSERT INTO "breakdown" VALUES('event.customer.identified','platform',14,0);
INSERT INTO "breakdown" VALUES('event.friend.claimed','platform',10,0);
INSERT INTO "breakdown" VALUES('event.friend.visited','platform',14,0);
INSERT INTO "breakdown" VALUES('event.link.created','platform',14,0);
INSERT INTO "breakdown" VALUES('event.program.changed','platform',1,0);
INSERT INTO "breakdown" VALUES('event.review.decided','platform',2,0);
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
INSERT INTO "breakdown" VALUES('reward.issued','credit',3,7500);
INSERT INTO "breakdown" VALUES('reward.issued','share',9,1396);
INSERT INTO "breakdown" VALUES('reward.issued','thanks',3,300);
INSERT INTO "breakdown" VALUES('reward.revoked','credit',2,5000);
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
INSERT INTO "breakdown_hour" VALUES(491090,'channel.issued','email',-1,-2500);
INSERT INTO "breakdown_hour" VALUES(491090,'reward.issued','credit',-1,-2500);
INSERT INTO "breakdown_hour" VALUES(491090,'reward.revoked','credit',1,2500);
INSERT INTO "breakdown_hour" VALUES(491111,'event.conversion.reversed','client/shop',1,0);
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
INSERT INTO "breakdown_week" VALUES(2923,'channel.issued','email',-1,-2500);
INSERT INTO "breakdown_week" VALUES(2923,'event.conversion.reversed','client/shop',1,0);
INSERT INTO "breakdown_week" VALUES(2923,'reward.issued','credit',-1,-2500);
INSERT INTO "breakdown_week" VALUES(2923,'reward.revoked','credit',1,2500);
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
INSERT INTO "clock" VALUES(1,'finished',1772409600000,1772409600000,0,0,0.0,1796014717324,24351);
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
INSERT INTO "event" VALUES(13,1767230100000,1767230100000,NULL,'customer.identified','platform','who-5',5,NULL,NULL,'c-5x','email','sso','employee','a',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(14,1767230100001,1767230100001,NULL,'link.created','platform','link-5',5,'CODE5',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
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
INSERT INTO "event" VALUES(40,1767238165565,1767238165565,NULL,'friend.claimed','platform','claim-5',5,'CODE4',NULL,'c-5x',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
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
INSERT INTO "event" VALUES(51,1767245113566,1767245113566,NULL,'friend.claimed','platform','claim-6',6,'CODE5',NULL,'c-6x',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
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
INSERT INTO "hour" VALUES(491090,'event.conversion.reversed',1,0);
INSERT INTO "hour" VALUES(491090,'receipt.accepted',1,0);
INSERT INTO "hour" VALUES(491090,'reward.issued',-1,-2500);
INSERT INTO "hour" VALUES(491090,'reward.revoked',1,2500);
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
INSERT INTO "lateness" VALUES('conversion.reversed',0,5,0);
INSERT INTO "lateness" VALUES('customer.identified',0,14,0);
INSERT INTO "lateness" VALUES('friend.claimed',0,10,0);
INSERT INTO "lateness" VALUES('friend.visited',0,14,0);
INSERT INTO "lateness" VALUES('link.created',0,14,0);
INSERT INTO "lateness" VALUES('program.changed',0,1,0);
INSERT INTO "lateness" VALUES('review.decided',0,2,0);
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
INSERT INTO "lateness_day" VALUES(20462,'conversion.reversed',0,1,0);
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
INSERT INTO "leader" VALUES('issued',3,11,NULL,1,1,2500,NULL);
INSERT INTO "leader" VALUES('issued',4,8,NULL,1,1,200,NULL);
INSERT INTO "leader" VALUES('issued',5,2,NULL,1,0,100,NULL);
INSERT INTO "leader" VALUES('issued',6,3,NULL,1,1,0,NULL);
INSERT INTO "leader" VALUES('issued',7,5,NULL,1,1,0,NULL);
INSERT INTO "leader" VALUES('issued',8,6,NULL,1,1,0,NULL);
INSERT INTO "leader" VALUES('qualified',1,9,NULL,2,2,2500,NULL);
INSERT INTO "leader" VALUES('qualified',2,0,NULL,2,1,2500,NULL);
INSERT INTO "leader" VALUES('qualified',3,11,NULL,1,1,2500,NULL);
INSERT INTO "leader" VALUES('qualified',4,8,NULL,1,1,200,NULL);
INSERT INTO "leader" VALUES('qualified',5,3,NULL,1,1,0,NULL);
INSERT INTO "leader" VALUES('qualified',6,5,NULL,1,1,0,NULL);
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
INSERT INTO "person" VALUES(5,'p-5');
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
hold = "90d"

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
INSERT INTO "quarantine" VALUES(1,1767226500000,'platform','bad-2','malformed','time','"now": not an RFC 3339 moment with an offset, such as 2026-03-01T09:30:00Z','{"specversion": "1.0", "id": "bad-2", "source": "platform", "type": "customer.identified", "time": "now", "subject": "p-1", "data": {"contact_ref": "c-1x", "contact_kind": "email", "via": "sso", "referrer_kind": "partner", "segment": "a"}, "receivedat": 1767226500000, "extra": 1}','1f3bb175d57e05d9036a0fe94a0b7a26ab26672d07b92cd8113c71f0ded2a109','/tmp/er/fix/a.jsonl',4);
INSERT INTO "quarantine" VALUES(2,1767234600001,NULL,NULL,'malformed',NULL,'a list, not a JSON object; one event to a line, in braces','[]','4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945','/tmp/er/fix/a.jsonl',31);
INSERT INTO "quarantine" VALUES(3,1767236400001,NULL,NULL,'malformed',NULL,'not JSON: it ends too early; one whole event to a line','{"cut": ','0cc3c6f948b24e3ccb886bcc6211fd98487f44da4767a8d14f4f00b8116b37e7','/tmp/er/fix/a.jsonl',39);
INSERT INTO "quarantine" VALUES(4,1767240705935,'platform','visit-6-0','conflict','subject','another message with this source and id was accepted before, with another subject; if this one corrects it, send it under a new id','{"specversion": "1.0", "id": "visit-6-0", "source": "platform", "type": "friend.visited", "time": "2026-01-01T04:11:45.935Z", "subject": "p-0", "data": {"code": "CODE4", "channel": "email"}, "receivedat": 1767240705935}','6dd051f95cda021f5939223d3028c6ec5197feeb53d2c204e0d278afd8293c34','/tmp/er/fix/a.jsonl',50);
INSERT INTO "quarantine" VALUES(5,1767331513566,NULL,NULL,'malformed',NULL,'a list, not a JSON object; one event to a line, in braces','[]','4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945','/tmp/er/fix/a.jsonl',83);
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
INSERT INTO "reward" VALUES(3,5,59,'credit','referrer',5,NULL,2500,2500,'bill-credit','revoked',NULL,NULL,1767530690258,1767535723937);
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
INSERT INTO "setting" VALUES('schema','6');
INSERT INTO "setting" VALUES('kind','ingest');
INSERT INTO "setting" VALUES('newest_receipt','1767927295556');
INSERT INTO "setting" VALUES('program_sha256','5a96918486a3ac07e196fb5e1e7c51b6167bc78923266f00a953f5aa875c5b84');
INSERT INTO "setting" VALUES('receipts','93');
INSERT INTO "setting" VALUES('received','93');
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
INSERT INTO "total" VALUES('event.conversion.reversed',5,0);
INSERT INTO "total" VALUES('event.customer.identified',14,0);
INSERT INTO "total" VALUES('event.friend.claimed',10,0);
INSERT INTO "total" VALUES('event.friend.visited',14,0);
INSERT INTO "total" VALUES('event.link.created',14,0);
INSERT INTO "total" VALUES('event.program.changed',1,0);
INSERT INTO "total" VALUES('event.review.decided',2,0);
INSERT INTO "total" VALUES('event.service.activated',13,0);
INSERT INTO "total" VALUES('receipt.accepted',85,0);
INSERT INTO "total" VALUES('receipt.conflict',1,0);
INSERT INTO "total" VALUES('receipt.duplicate',3,1472721);
INSERT INTO "total" VALUES('receipt.malformed',4,0);
INSERT INTO "total" VALUES('referrer.linked',14,0);
INSERT INTO "total" VALUES('reward.counted',5,500);
INSERT INTO "total" VALUES('reward.issued',15,9196);
INSERT INTO "total" VALUES('reward.revoked',2,5000);
INSERT INTO "total" VALUES('reward.voided',2,5000);
INSERT INTO "total" VALUES('stage.claimed',13,0);
INSERT INTO "total" VALUES('stage.converted',9,0);
INSERT INTO "total" VALUES('stage.eligible',9,0);
INSERT INTO "total" VALUES('stage.qualified',8,0);
INSERT INTO "total" VALUES('stage.rewarded',7,0);
INSERT INTO "total" VALUES('stage.visited',13,0);
INSERT INTO "total" VALUES('time_to_reward',17,2073600000);
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
INSERT INTO "week" VALUES(2923,'event.conversion.reversed',1,0);
INSERT INTO "week" VALUES(2923,'receipt.accepted',1,0);
INSERT INTO "week" VALUES(2923,'reward.issued',-1,-2500);
INSERT INTO "week" VALUES(2923,'reward.revoked',1,2500);
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
