-- tables

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

CREATE TABLE blanked (
	chain VARCHAR NOT NULL,
	number INTEGER NOT NULL,
	erasure INTEGER NOT NULL,
	before_hash VARCHAR NOT NULL,
	after_hash VARCHAR NOT NULL,
	salt VARCHAR,
	PRIMARY KEY (chain, number, erasure)
)
 WITHOUT ROWID;

CREATE TABLE block (
	chain VARCHAR NOT NULL,
	number INTEGER NOT NULL,
	rows INTEGER NOT NULL,
	hash VARCHAR NOT NULL,
	"key" VARCHAR,
	PRIMARY KEY (chain, number)
)
 WITHOUT ROWID;

CREATE TABLE breakdown (
	metric VARCHAR NOT NULL,
	part VARCHAR NOT NULL,
	count BIGINT NOT NULL,
	value BIGINT NOT NULL,
	PRIMARY KEY (metric, part)
)
 WITHOUT ROWID;

CREATE TABLE breakdown_hour (
	hour INTEGER NOT NULL,
	metric VARCHAR NOT NULL,
	part VARCHAR NOT NULL,
	count BIGINT NOT NULL,
	value BIGINT NOT NULL,
	PRIMARY KEY (hour, metric, part)
)
 WITHOUT ROWID;

CREATE TABLE breakdown_week (
	week INTEGER NOT NULL,
	metric VARCHAR NOT NULL,
	part VARCHAR NOT NULL,
	count BIGINT NOT NULL,
	value BIGINT NOT NULL,
	PRIMARY KEY (week, metric, part)
)
 WITHOUT ROWID;

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

CREATE TABLE due (
	day INTEGER NOT NULL,
	reward VARCHAR NOT NULL,
	expected VARCHAR NOT NULL,
	count INTEGER NOT NULL,
	value BIGINT NOT NULL,
	PRIMARY KEY (day, reward, expected)
)
 WITHOUT ROWID;

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

CREATE TABLE fault (
	dial VARCHAR NOT NULL,
	type VARCHAR NOT NULL,
	rate FLOAT NOT NULL,
	count INTEGER NOT NULL,
	turned_on BOOLEAN NOT NULL,
	PRIMARY KEY (dial, type)
)
 WITHOUT ROWID;

CREATE TABLE hour (
	hour INTEGER NOT NULL,
	metric VARCHAR NOT NULL,
	count BIGINT NOT NULL,
	value BIGINT NOT NULL,
	PRIMARY KEY (hour, metric)
)
 WITHOUT ROWID;

CREATE TABLE kept_answer (
	seq INTEGER NOT NULL,
	what VARCHAR NOT NULL,
	answer VARCHAR NOT NULL,
	erasure INTEGER NOT NULL,
	PRIMARY KEY (seq, what)
)
 WITHOUT ROWID;

CREATE TABLE lateness (
	type VARCHAR NOT NULL,
	bucket INTEGER NOT NULL,
	count INTEGER NOT NULL,
	worst BIGINT NOT NULL,
	PRIMARY KEY (type, bucket)
)
 WITHOUT ROWID;

CREATE TABLE lateness_day (
	day INTEGER NOT NULL,
	type VARCHAR NOT NULL,
	bucket INTEGER NOT NULL,
	count INTEGER NOT NULL,
	worst BIGINT NOT NULL,
	PRIMARY KEY (day, type, bucket)
)
 WITHOUT ROWID;

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
 WITHOUT ROWID;

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
 WITHOUT ROWID;

CREATE TABLE person (
	id INTEGER NOT NULL,
	ref VARCHAR NOT NULL,
	PRIMARY KEY (id)
);

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
 WITHOUT ROWID;

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

CREATE TABLE setting (
	name VARCHAR NOT NULL,
	value VARCHAR NOT NULL,
	PRIMARY KEY (name)
);

CREATE TABLE total (
	metric VARCHAR NOT NULL,
	count BIGINT NOT NULL,
	value BIGINT NOT NULL,
	PRIMARY KEY (metric)
)
 WITHOUT ROWID;

CREATE TABLE week (
	week INTEGER NOT NULL,
	metric VARCHAR NOT NULL,
	count BIGINT NOT NULL,
	value BIGINT NOT NULL,
	PRIMARY KEY (week, metric)
)
 WITHOUT ROWID;


-- indexes that are kept from the start

CREATE INDEX IF NOT EXISTS attribution_friend ON attribution (friend);


-- indexes that are made at the end of a run

CREATE INDEX IF NOT EXISTS attribution_channel ON attribution (channel);

CREATE INDEX IF NOT EXISTS attribution_code ON attribution (code);

CREATE INDEX IF NOT EXISTS attribution_referrer ON attribution (referrer);

CREATE INDEX IF NOT EXISTS decision_friend ON decision (friend);

CREATE INDEX IF NOT EXISTS decision_review ON decision (id) WHERE outcome = 'review';

CREATE INDEX IF NOT EXISTS event_link ON event (code) WHERE type = 'link.created';

CREATE INDEX IF NOT EXISTS event_person ON event (person);

CREATE INDEX IF NOT EXISTS event_reverses ON event (reverses) WHERE reverses IS NOT NULL;

CREATE INDEX IF NOT EXISTS merge_merged ON merge (merged);

CREATE INDEX IF NOT EXISTS merge_person ON merge (person);

CREATE INDEX IF NOT EXISTS reward_decision ON reward (decision);

CREATE INDEX IF NOT EXISTS reward_recipient ON reward (recipient);

