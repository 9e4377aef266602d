BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0003_directions');
CREATE TABLE counts (
	name VARCHAR(64) NOT NULL, 
	amount BIGINT NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "counts" VALUES('episodes',6);
INSERT INTO "counts" VALUES('characters',777);
CREATE TABLE episodes (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	request_id BIGINT NOT NULL, 
	member_id BIGINT NOT NULL, 
	created BIGINT NOT NULL, 
	line TEXT NOT NULL, 
	model TEXT NOT NULL, 
	fingerprint VARCHAR(64) NOT NULL, 
	prompt TEXT NOT NULL, 
	earlier TEXT NOT NULL, 
	text TEXT NOT NULL, 
	temperature FLOAT NOT NULL, 
	length INTEGER NOT NULL, 
	seed BIGINT NOT NULL, 
	ended BOOLEAN NOT NULL, 
	notice TEXT NOT NULL, 
	seconds FLOAT NOT NULL, parts TEXT DEFAULT '' NOT NULL, originality TEXT DEFAULT '' NOT NULL, code TEXT DEFAULT '' NOT NULL, 
	UNIQUE (request_id)
);
INSERT INTO "episodes" VALUES(1,101,3,1790000101,'KIRA: No','script','6c13975cdce5bc2762f8969d64bf92acf66b377e9f9a00334c833954c9d8257c','KIRA: No','',' problem at all.
QUARK: No problem at arrest.
KIRA: No problem at it.
SISKO: Open the bay doors, please.
KIRA: No problem at all.',0.5,120,11,0,'',0.25,'[{"temperature": 0.5, "length": 120, "seed": 11, "top_p": 1.0, "directions": {"cast": [], "place": null, "spelling": true, "form": true, "ending": true, "loops": true, "originality": null}}]','50% stands word for word in the scripts, at most 12 words in a row: ''it sisko open the bay doors please kira no problem at all''.','8tBp4NLKhuueNbr81xKqii18GhJbZLpx9z5o');
INSERT INTO "episodes" VALUES(2,102,3,1790000102,'','script','6c13975cdce5bc2762f8969d64bf92acf66b377e9f9a00334c833954c9d8257c','[Ops]

','','ODO: It is only at out.
QUARK: No it Hold Quark.
ODO: I please.
QUARK: No problem at all.
ODO: It only at all.
QUARK: Hold Quark.',0.7,120,113,0,'',0.25,'[{"temperature": 0.7, "length": 120, "seed": 113, "top_p": 1.0, "directions": {"cast": ["QUARK", "ODO"], "place": "Ops", "spelling": true, "form": true, "ending": true, "loops": true, "originality": null}}]','No 7 words in a row stand in the scripts.','taffaXhZKsv8yBy9ib2uXHDBte4jwAh1pudWG3Mdj');
INSERT INTO "episodes" VALUES(3,103,3,1790000103,'','script','6c13975cdce5bc2762f8969d64bf92acf66b377e9f9a00334c833954c9d8257c','[Ops]

','ODO: It is only at out.
QUARK: No it Hold Quark.
ODO: I please.
QUARK: No problem at all.
ODO: It only at all.
QUARK: Hold Quark.','
ODO: It please.
ODO: It doors, please.
QUARK: No it still.
ODO: I for all all.
ODO: It still one Quark.
ODO: I doors, please.',0.7,120,413,0,'',0.25,'[{"temperature": 0.7, "length": 120, "seed": 113, "top_p": 1.0, "directions": {"cast": ["QUARK", "ODO"], "place": "Ops", "spelling": true, "form": true, "ending": true, "loops": true, "originality": null}}, {"temperature": 0.7, "length": 120, "seed": 413, "top_p": 1.0, "directions": {"cast": ["QUARK", "ODO"], "place": "Ops", "spelling": true, "form": true, "ending": true, "loops": true, "originality": null}}]','No 7 words in a row stand in the scripts.','2xNWEEzdyDaa98iECbCgDo1T3cta5sRZL1yPqmkDzW12ou2Av9');
INSERT INTO "episodes" VALUES(4,104,3,1790000104,'','script','6c13975cdce5bc2762f8969d64bf92acf66b377e9f9a00334c833954c9d8257c','[Ops]

','ODO: It is only at out.
QUARK: No it Hold Quark.
ODO: I please.
QUARK: No problem at all.
ODO: It only at all.
QUARK: Hold Quark.','
ODO: I to for all.
ODO: I only my all.
ODO: On to Quark.
(The the at all.)
ODO: Open the at arrest.
ODO: I problem at all.',0.7,120,14,0,'',0.25,'[{"temperature": 0.7, "length": 120, "seed": 113, "top_p": 1.0, "directions": {"cast": ["QUARK", "ODO"], "place": "Ops", "spelling": true, "form": true, "ending": true, "loops": true, "originality": null}}, {"temperature": 0.7, "length": 120, "seed": 14, "top_p": 1.0, "directions": {"cast": ["QUARK", "ODO"], "place": "Ops", "spelling": true, "form": true, "ending": true, "loops": true, "originality": null}}]','No 7 words in a row stand in the scripts.','SgmERU77PnfmtbGE3mLJrPkrwgsUn4ShNNH5JXnjTBwKL5FL');
INSERT INTO "episodes" VALUES(5,105,3,1790000105,'','script','6c13975cdce5bc2762f8969d64bf92acf66b377e9f9a00334c833954c9d8257c','[Ops]

','ODO: It is only at out.
QUARK: No it Hold Quark.
ODO: I please.
QUARK: No problem at all.
ODO: It only at all.
QUARK: Hold Quark.','
ODO: It please.
ODO: It doors, please.
(The it.)
ODO: It please a still.
QUARK: You still.
(The Quark..)
(The lights  only at small one.)',0.98,120,413,0,'',0.25,'[{"temperature": 0.7, "length": 120, "seed": 113, "top_p": 1.0, "directions": {"cast": ["QUARK", "ODO"], "place": "Ops", "spelling": true, "form": true, "ending": true, "loops": true, "originality": null}}, {"temperature": 0.98, "length": 120, "seed": 413, "top_p": 1.0, "directions": {"cast": ["QUARK", "ODO"], "place": "Ops", "spelling": true, "form": true, "ending": true, "loops": true, "originality": null}}]','No 7 words in a row stand in the scripts.','2xNWEEzdyDaa98iECbCgLJwDqDV3sYRW5BYQMhyZEN9meGZw6L');
INSERT INTO "episodes" VALUES(6,106,3,1790000106,'','script','6c13975cdce5bc2762f8969d64bf92acf66b377e9f9a00334c833954c9d8257c','[Ops]

','ODO: It is only at out.
QUARK: No it Hold Quark.
ODO: I please.
QUARK: No problem at all.
ODO: It only at all.
QUARK: Hold Quark.
ODO: It please.
ODO: It doors, please.
QUARK: No it still.
ODO: I for all all.
ODO: It still one Quark.
ODO: I doors, please.','
QUARK: No problem at arrest.
ODO: I problem bay doors, please.
(The lights go out.)
(The lights at small are all.)
ODO: It only it.',0.7,120,15,0,'',0.25,'[{"temperature": 0.7, "length": 120, "seed": 113, "top_p": 1.0, "directions": {"cast": ["QUARK", "ODO"], "place": "Ops", "spelling": true, "form": true, "ending": true, "loops": true, "originality": null}}, {"temperature": 0.7, "length": 120, "seed": 413, "top_p": 1.0, "directions": {"cast": ["QUARK", "ODO"], "place": "Ops", "spelling": true, "form": true, "ending": true, "loops": true, "originality": null}}, {"temperature": 0.7, "length": 120, "seed": 15, "top_p": 1.0, "directions": {"cast": ["QUARK", "ODO"], "place": "Ops", "spelling": true, "form": true, "ending": true, "loops": true, "originality": null}}]','28% stands word for word in the scripts, at most 7 words in a row: ''bay doors please the lights go out''.','yTQiagfTQbpDon4ZpFzxHosi9SsJdLe7EbaL3ZMuZPV7VaEZfibVHeXB');
CREATE TABLE jobs (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	machine VARCHAR(64) NOT NULL, 
	guild_id BIGINT NOT NULL, 
	channel_id BIGINT NOT NULL, 
	message_id BIGINT NOT NULL, 
	member_id BIGINT NOT NULL, 
	name TEXT NOT NULL, 
	created BIGINT NOT NULL, 
	queued BIGINT NOT NULL, 
	ended BIGINT NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	told BOOLEAN NOT NULL, 
	"plan" TEXT NOT NULL, 
	pid BIGINT NOT NULL, 
	pid_started FLOAT NOT NULL, 
	deaths INTEGER NOT NULL, 
	outcome TEXT NOT NULL
);
INSERT INTO "jobs" VALUES(1,'old',1,2,0,3,'Terok',1790000000,1790000010,1795720535,'done',1,'{"key": "0123456789abcdef", "folder": "terok", "scripts": "jobs/0123456789abcdef/corpus/a.txt", "series": "all", "episodes": "", "preset": "default", "minutes": 15.0, "epochs": null, "upload": true, "keep": false, "seconds": 920.0}',0,0.0,0,'{"bits": 2.5, "samples": {"old": "ODO: No.", "new": "ODO: Yes."}, "before": null, "old_name": "ds9", "seconds": 900.0, "epochs": 3.0, "device": "CPU", "characters_per_second": 5000.0, "comparison": {"new_bits": 2.5, "old_bits": 2.0, "characters": 5000}}');
INSERT INTO "jobs" VALUES(2,'old',1,2,9,3,'Waiting',1790002000,1790002010,0,'waiting',0,'{"key": "ffffffffffffffff", "folder": "terok", "scripts": "jobs/0123456789abcdef/corpus/a.txt", "series": "all", "episodes": "", "preset": "default", "minutes": null, "epochs": 4, "upload": true, "keep": false, "seconds": 920.0}',0,0.0,0,'{}');
CREATE TABLE models (
	id BIGINT NOT NULL, 
	machine VARCHAR(64) NOT NULL, 
	guild_id BIGINT NOT NULL, 
	member_id BIGINT NOT NULL, 
	name TEXT NOT NULL, 
	created BIGINT NOT NULL, 
	folder TEXT NOT NULL, 
	fingerprint VARCHAR(64) NOT NULL, 
	bits FLOAT NOT NULL, 
	bytes BIGINT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "models" VALUES(1,'old',1,3,'Terok',1790001000,'models/0123456789abcdef/terok','6c13975cdce5bc2762f8969d64bf92acf66b377e9f9a00334c833954c9d8257c',2.5,1000);
CREATE TABLE pending (
	id BIGINT NOT NULL, 
	application_id BIGINT NOT NULL, 
	token TEXT NOT NULL, 
	member_id BIGINT NOT NULL, 
	created BIGINT NOT NULL, 
	request TEXT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "pending" VALUES(77,5,'token',3,4000000000,'{"line": "ODO: ", "temperature": null, "length": 60, "seed": 16, "after": 0, "again": 0, "cast": "Odo", "place": "", "spelling": null, "code": "", "guild_id": 1}');
CREATE TABLE settings (
	scope VARCHAR(64) NOT NULL, 
	name VARCHAR(64) NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY (scope, name)
);
INSERT INTO "settings" VALUES('guild 1','model','1');
INSERT INTO "settings" VALUES('bot','speed of default, old','5000');
CREATE INDEX episodes_of_member ON episodes (member_id, id);
CREATE INDEX episodes_by_age ON episodes (created);
CREATE INDEX jobs_by_state ON jobs (machine, state, queued);
CREATE INDEX jobs_of_guild ON jobs (guild_id, queued);
CREATE INDEX models_of_guild ON models (guild_id, created);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('episodes',6);
INSERT INTO "sqlite_sequence" VALUES('jobs',2);
COMMIT;
