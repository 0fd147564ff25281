PRAGMA foreign_keys = OFF;
BEGIN;
CREATE TABLE users (
    name TEXT PRIMARY KEY,
    role TEXT NOT NULL CHECK (role IN ('administrator', 'member'))
) STRICT;
INSERT INTO users VALUES ('admin', 'administrator');
INSERT INTO users VALUES ('bea', 'administrator');
INSERT INTO users VALUES ('dan', 'administrator');
INSERT INTO users VALUES ('eve', 'administrator');
INSERT INTO users VALUES ('mia', 'member');
CREATE TABLE connections (
    id TEXT PRIMARY KEY,
    plugin TEXT NOT NULL,
    mode TEXT NOT NULL,
    settings TEXT NOT NULL,
    secret BLOB NOT NULL,
    drive_id TEXT,
    drive_name TEXT,
    connected_at TEXT NOT NULL,
    connected_by TEXT NOT NULL REFERENCES users (name),
    checked_at TEXT
, owner TEXT REFERENCES users (name), account TEXT, account_name TEXT, credential TEXT NOT NULL DEFAULT 'secret', expires_at TEXT, broken_since TEXT, broken_problem TEXT, broken_message TEXT, disconnected_at TEXT) STRICT;
INSERT INTO connections VALUES ('organization', 'onedrive', 'organization', '{"client-id":"5e1f7a2c-0000-4000-8000-000000c11e47","cloud":"global","tenant":"8d3f0c1e-0000-4000-8000-00000000c0de","url":""}', X'90567EB6DEB023102286753C5045FE25041F72796F0D9AA4A28319243B394D365203BAFBD8B9B4B7D1844E0255D06D8452D90D63D8C840170C', 'b!U9YkRE529cVAKT_Fua_rirhGEB3QexbnMMuueC5q50jt4jMieaTHa_UAnDLfNjPr', 'OneDrive (Ada Winter)', '2026-03-02T05:00:00Z', 'admin', '2026-03-02T05:00:00Z', NULL, NULL, NULL, 'secret', '2027-01-31T00:00:00Z', NULL, NULL, NULL, NULL);
INSERT INTO connections VALUES ('user-bea-b6e1557a1ed3', 'onedrive', 'user', '{"client-id":"5e1f7a2c-0000-4000-8000-000000c11e47","cloud":"global","reach":"own","tenant":"organizations"}', X'EC232E89936557B67F1C30784B9C6CD0BCD3A55FD1F8CA1D9469B5719554C43DF6020DC064AB240253864CFA09BACCFC61D125D16FE2ADEEA1', 'b!_Pw58O8q720DVfkroWbhrO94Q2KWPwu4R6XfaGg1OiDO9YtRwd_oYfSOhwolwFCD', 'OneDrive (Ben Okafor)', '2026-03-02T05:00:00Z', 'bea', '2026-03-02T05:00:00Z', 'bea', '8d3f0c1e-0000-4000-8000-00000000c0de/57f9ea64-3fc1-4a56-c91b-0798cd8be63b', 'Ben Okafor (ben.okafor@contoso.example)', 'secret', NULL, NULL, NULL, NULL, NULL);
INSERT INTO connections VALUES ('user-dan-ec4f2dbb3b14', 'onedrive', 'user', '{"client-id":"5e1f7a2c-0000-4000-8000-000000c11e47","cloud":"global","reach":"own","tenant":"organizations"}', X'', NULL, NULL, '2026-03-02T05:00:00Z', 'dan', '2026-03-02T05:00:00Z', 'dan', NULL, NULL, 'secret', NULL, NULL, NULL, NULL, '2026-03-02T05:00:00Z');
INSERT INTO connections VALUES ('user-eve-85262adf7451', 'onedrive', 'user', '{"client-id":"5e1f7a2c-0000-4000-8000-000000c11e47","cloud":"global","reach":"own","tenant":"organizations"}', X'F3F8611E9EE2091BDB57391DB8FC1F5A0B523063387EB3B2E7459EEE20ACEB278C425BD2E6EE8BD862B7216ED2CF7FE4C5EC6E0AC3839F440C', 'b!U9YkRE529cVAKT_Fua_rirhGEB3QexbnMMuueC5q50jt4jMieaTHa_UAnDLfNjPr', 'OneDrive (Ada Winter)', '2026-03-02T05:00:00Z', 'eve', '2026-03-02T05:00:00Z', 'eve', '8d3f0c1e-0000-4000-8000-00000000c0de/fe306f03-53d6-c551-5e21-34e8ce66343b', 'Ada Winter (ada.winter@contoso.example)', 'secret', NULL, '2026-03-02T07:00:00Z', 'sign-in-again', 'the sign-in was revoked, as happens when a password is reset or an administrator ends all sessions: sign in again', NULL);
CREATE TABLE files (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    place TEXT NOT NULL,
    revision INTEGER NOT NULL
, keep_clientpoints INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO files VALUES (100001, 'Renamed.pdf', 'Workspace/Sales', 1, 0);
INSERT INTO files VALUES (100002, 'Gone.pdf', 'Company Wide', 1, 0);
INSERT INTO files VALUES (100003, 'Updated.pdf', 'Company Wide', 3, 0);
INSERT INTO files VALUES (100004, 'Format.pdf', 'Company Wide', 1, 0);
INSERT INTO files VALUES (100005, 'Held.pdf', 'Company Wide', 3, 0);
INSERT INTO files VALUES (100006, 'Sick.pdf', 'Company Wide', 1, 0);
INSERT INTO files VALUES (100007, 'Later.pdf', 'Company Wide', 1, 0);
INSERT INTO files VALUES (100008, 'Kept.pdf', 'Company Wide', 2, 1);
INSERT INTO files VALUES (100009, 'Same.pdf', 'Company Wide', 1, 0);
INSERT INTO files VALUES (100010, 'Own.pdf', 'Workspace/Sales', 2, 0);
INSERT INTO files VALUES (100011, 'Of bea.pdf', 'Company Wide', 1, 0);
INSERT INTO files VALUES (100012, 'Of dan.pdf', 'Company Wide', 1, 0);
INSERT INTO files VALUES (100013, 'Of eve.pdf', 'Company Wide', 1, 0);
INSERT INTO files VALUES (100014, 'Offer.pdf', 'Company Wide', 2, 0);
INSERT INTO files VALUES (100015, 'Draft.pdf', 'Company Wide', 3, 0);
INSERT INTO files VALUES (100016, 'Contract.pdf', 'Company Wide', 1, 0);
CREATE TABLE revisions (
    file INTEGER NOT NULL REFERENCES files (id),
    number INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    size INTEGER NOT NULL,
    made_at TEXT NOT NULL,
    PRIMARY KEY (file, number)
) STRICT, WITHOUT ROWID;
INSERT INTO revisions VALUES (100001, 1, '4916bb68e172d60c02899fb39b71b4f0fec1dc813dca22d4d364d4353365ca86', 14, '2026-03-02T05:00:00Z');
INSERT INTO revisions VALUES (100002, 1, '4916bb68e172d60c02899fb39b71b4f0fec1dc813dca22d4d364d4353365ca86', 14, '2026-03-02T05:00:00Z');
INSERT INTO revisions VALUES (100003, 1, '4916bb68e172d60c02899fb39b71b4f0fec1dc813dca22d4d364d4353365ca86', 14, '2026-03-02T05:00:00Z');
INSERT INTO revisions VALUES (100003, 2, '2b4ba6d4eed8bd8939ce3b510697284376ce6c8945061a6f82791a9441ad9558', 15, '2026-03-02T07:00:00Z');
INSERT INTO revisions VALUES (100003, 3, '9e1371dbb0c2fd39439cf98aa66668dce734f27e37aa6f02a7f3448eab099cc5', 14, '2026-03-03T06:29:00Z');
INSERT INTO revisions VALUES (100004, 1, '4916bb68e172d60c02899fb39b71b4f0fec1dc813dca22d4d364d4353365ca86', 14, '2026-03-02T05:00:00Z');
INSERT INTO revisions VALUES (100005, 1, '4916bb68e172d60c02899fb39b71b4f0fec1dc813dca22d4d364d4353365ca86', 14, '2026-03-02T05:00:00Z');
INSERT INTO revisions VALUES (100005, 2, '2b4ba6d4eed8bd8939ce3b510697284376ce6c8945061a6f82791a9441ad9558', 15, '2026-03-02T07:00:00Z');
INSERT INTO revisions VALUES (100005, 3, '4916bb68e172d60c02899fb39b71b4f0fec1dc813dca22d4d364d4353365ca86', 14, '2026-03-02T07:00:00Z');
INSERT INTO revisions VALUES (100006, 1, '4916bb68e172d60c02899fb39b71b4f0fec1dc813dca22d4d364d4353365ca86', 14, '2026-03-02T05:00:00Z');
INSERT INTO revisions VALUES (100007, 1, '4916bb68e172d60c02899fb39b71b4f0fec1dc813dca22d4d364d4353365ca86', 14, '2026-03-02T05:00:00Z');
INSERT INTO revisions VALUES (100008, 1, '4916bb68e172d60c02899fb39b71b4f0fec1dc813dca22d4d364d4353365ca86', 14, '2026-03-02T05:00:00Z');
INSERT INTO revisions VALUES (100008, 2, '2b4ba6d4eed8bd8939ce3b510697284376ce6c8945061a6f82791a9441ad9558', 15, '2026-03-02T07:00:00Z');
INSERT INTO revisions VALUES (100009, 1, '4916bb68e172d60c02899fb39b71b4f0fec1dc813dca22d4d364d4353365ca86', 14, '2026-03-02T05:00:00Z');
INSERT INTO revisions VALUES (100010, 1, '07cf190b17e935ae3f030120f07c95644d705db363d0a483383ececbe266e996', 16, '2026-03-02T05:00:00Z');
INSERT INTO revisions VALUES (100010, 2, '7c6089cb946440190e25748272d21e8e577d4ab4006d9fd7742e29907b13c922', 22, '2026-03-02T05:00:00Z');
INSERT INTO revisions VALUES (100011, 1, 'a805eb3e2b952a82638cae744430f2ae1ca3751e2160b00e58d6b9f0fc2efe4b', 12, '2026-03-02T05:00:00Z');
INSERT INTO revisions VALUES (100012, 1, 'b42c19e317c69e4cd4d72381339c6ff23509468180bbd0b79c0542e940dc6a71', 12, '2026-03-02T05:00:00Z');
INSERT INTO revisions VALUES (100013, 1, '11ad72b61abd03d46c7c127030e1d83ccd2ae1cafa704a3cb998519c3ab55006', 12, '2026-03-02T05:00:00Z');
INSERT INTO revisions VALUES (100014, 1, '07cf190b17e935ae3f030120f07c95644d705db363d0a483383ececbe266e996', 16, '2026-03-02T07:00:00Z');
INSERT INTO revisions VALUES (100014, 2, '73b43cf45687b347a45f37ec0faebbd9e4074cdee99c84473fcca829d84af93c', 14, '2026-03-02T07:00:00Z');
INSERT INTO revisions VALUES (100015, 1, '07cf190b17e935ae3f030120f07c95644d705db363d0a483383ececbe266e996', 16, '2026-03-02T07:00:00Z');
INSERT INTO revisions VALUES (100015, 2, '5eb44f624343c59eae5f037b6b675f70ba0f0d4d7cf50ba68e16c1d73598ee9b', 14, '2026-03-02T07:00:00Z');
INSERT INTO revisions VALUES (100015, 3, '0372fd4eaf70e3c8124f27fa136df9abb0b9e9f089ae83bc6a3203537bb17bea', 16, '2026-03-02T07:00:00Z');
INSERT INTO revisions VALUES (100016, 1, '07cf190b17e935ae3f030120f07c95644d705db363d0a483383ececbe266e996', 16, '2026-03-02T07:00:00Z');
CREATE TABLE links (
    file INTEGER PRIMARY KEY REFERENCES files (id),
    connection TEXT NOT NULL REFERENCES connections (id),
    drive TEXT NOT NULL,
    item TEXT NOT NULL,
    version TEXT,
    hash TEXT NOT NULL,
    size INTEGER NOT NULL,
    verification TEXT NOT NULL,
    name TEXT NOT NULL,
    web_url TEXT,
    linked_at TEXT NOT NULL
, state TEXT NOT NULL DEFAULT 'following', waiting INTEGER, suspected INTEGER NOT NULL DEFAULT 0, held INTEGER NOT NULL DEFAULT 0, note TEXT, place TEXT) STRICT;
INSERT INTO links VALUES (100001, 'organization', 'b!U9YkRE529cVAKT_Fua_rirhGEB3QexbnMMuueC5q50jt4jMieaTHa_UAnDLfNjPr', '01AHXKELMQTGWB63FX3C42T3TAVI6AROSU', '"c:{B446DB2C-49DD-279B-8FBD-114D04DCB955},1"', 'JYACEYzQghi44AYgPkMa5DAHOgA=', 14, 'verified', 'Under another name.pdf', 'https://contoso-my.sharepoint.com/personal/ada_winter_contoso_example/Documents/Under%20another%20name.pdf', '2026-03-02T05:00:00Z', 'following', NULL, 0, 0, NULL, NULL);
INSERT INTO links VALUES (100002, 'organization', 'b!U9YkRE529cVAKT_Fua_rirhGEB3QexbnMMuueC5q50jt4jMieaTHa_UAnDLfNjPr', '01CFEAUZ6AM4AQUNFY5SPTJHQGUTDMSA2T', '"c:{29EFF06E-E3AF-451E-9F16-305CC78B2543},1"', 'JYACEYzQghi44AYgPkMa5DAHOgA=', 14, 'verified', 'Gone.pdf', 'https://contoso-my.sharepoint.com/personal/ada_winter_contoso_example/Documents/Gone.pdf', '2026-03-02T05:00:00Z', 'source-gone', NULL, 0, 0, NULL, NULL);
INSERT INTO links VALUES (100003, 'organization', 'b!U9YkRE529cVAKT_Fua_rirhGEB3QexbnMMuueC5q50jt4jMieaTHa_UAnDLfNjPr', '01AXWLOETGFUQT7UNPRIB3QBCZYWVUI4CP', '"c:{112C7D86-430A-B241-574F-6F6AFA73FF25},3"', 'JYACEYzQghi44AYgrgMa0iAHMgA=', 14, 'verified', 'Updated.pdf', 'https://contoso-my.sharepoint.com/personal/ada_winter_contoso_example/Documents/Updated.pdf', '2026-03-02T05:00:00Z', 'following', 2, 0, 0, '{"item":{"id":"01AXWLOETGFUQT7UNPRIB3QBCZYWVUI4CP","name":"Updated.pdf","size":15,"eTag":"\"{112C7D86-430A-B241-574F-6F6AFA73FF25},4\"","cTag":"\"c:{112C7D86-430A-B241-574F-6F6AFA73FF25},4\"","webUrl":"https://contoso-my.sharepoint.com/personal/ada_winter_contoso_example/Documents/Updated.pdf","lastModifiedDateTime":"2026-03-02T07:00:00Z","parentReference":{"id":"01IEFNR7CIV24WXKX74KW7WQRFBBDJNB7L","path":"/drives/b!U9YkRE529cVAKT_Fua_rirhGEB3QexbnMMuueC5q50jt4jMieaTHa_UAnDLfNjPr/root:"},"file":{"mimeType":"application/pdf","hashes":{"quickXorHash":"JIACEYzQghi44AYgP8Mb6iAHOqA="}}}}', NULL);
INSERT INTO links VALUES (100004, 'organization', 'b!U9YkRE529cVAKT_Fua_rirhGEB3QexbnMMuueC5q50jt4jMieaTHa_UAnDLfNjPr', '01XJ6MIRTZESMACRNKPYQWWK6AGEVDZEPW', '"c:{E2F891E8-F249-6C12-C3A3-8AB2ED985ED9},1"', 'JYACEYzQghi44AYgPkMa5DAHOgA=', 14, 'verified', 'Format.pdf', 'https://contoso-my.sharepoint.com/personal/ada_winter_contoso_example/Documents/Format.pdf', '2026-03-02T05:00:00Z', 'format-mismatch', NULL, 0, 0, NULL, NULL);
INSERT INTO links VALUES (100005, 'organization', 'b!U9YkRE529cVAKT_Fua_rirhGEB3QexbnMMuueC5q50jt4jMieaTHa_UAnDLfNjPr', '01CPAMDSVNMOPKTV4ZHLQXILPHCZWF54P2', NULL, '', 14, 'verified', 'Held.pdf', 'https://contoso-my.sharepoint.com/personal/ada_winter_contoso_example/Documents/Held.pdf', '2026-03-02T05:00:00Z', 'following', 1, 0, 1, '{"item":{"id":"01CPAMDSVNMOPKTV4ZHLQXILPHCZWF54P2","name":"Held.pdf","size":14,"eTag":"\"{ED8A3B03-FB01-44AC-0B0F-0E3E6E43E783},3\"","cTag":"\"c:{ED8A3B03-FB01-44AC-0B0F-0E3E6E43E783},3\"","webUrl":"https://contoso-my.sharepoint.com/personal/ada_winter_contoso_example/Documents/Held.pdf","lastModifiedDateTime":"2026-03-02T07:00:00Z","parentReference":{"id":"01IEFNR7CIV24WXKX74KW7WQRFBBDJNB7L","path":"/drives/b!U9YkRE529cVAKT_Fua_rirhGEB3QexbnMMuueC5q50jt4jMieaTHa_UAnDLfNjPr/root:"},"file":{"mimeType":"application/pdf","hashes":{"quickXorHash":"JYACEYzQghi44AYgrgMa0iAHMgA="}}}}', NULL);
INSERT INTO links VALUES (100006, 'organization', 'b!U9YkRE529cVAKT_Fua_rirhGEB3QexbnMMuueC5q50jt4jMieaTHa_UAnDLfNjPr', '01DI6DIE2ILWS5XKCJP7GDZPCMPD2J4XVX', '"c:{E33BBFE2-7E3E-2975-CF1B-A536E6DFE1F0},1"', 'JYACEYzQghi44AYgPkMa5DAHOgA=', 14, 'verified', 'Sick.pdf', 'https://contoso-my.sharepoint.com/personal/ada_winter_contoso_example/Documents/Sick.pdf', '2026-03-02T05:00:00Z', 'malware', NULL, 0, 0, NULL, NULL);
INSERT INTO links VALUES (100007, 'organization', 'b!U9YkRE529cVAKT_Fua_rirhGEB3QexbnMMuueC5q50jt4jMieaTHa_UAnDLfNjPr', '01UH3NJLZ5KCRTEQJK2BJWFLKDKW335FQF', '"c:{51DC381B-1124-E303-8341-11AD66A46CF1},1"', 'JYACEYzQghi44AYgPkMa5DAHOgA=', 14, 'verified', 'Later.pdf', 'https://contoso-my.sharepoint.com/personal/ada_winter_contoso_example/Documents/Later.pdf', '2026-03-02T05:00:00Z', 'following', NULL, 0, 0, NULL, NULL);
INSERT INTO links VALUES (100008, 'organization', 'b!U9YkRE529cVAKT_Fua_rirhGEB3QexbnMMuueC5q50jt4jMieaTHa_UAnDLfNjPr', '01JZOF6C2JRXLOZFPXHX5X2JJ7JLX5MWVR', '"c:{30C55C19-3CA2-DC53-844A-628DCFA5679B},2"', 'JIACEYzQghi44AYgl0MZxvAGN5A=', 15, 'verified', 'Kept.pdf', 'https://contoso-my.sharepoint.com/personal/ada_winter_contoso_example/Documents/Kept.pdf', '2026-03-02T05:00:00Z', 'following', NULL, 0, 0, NULL, NULL);
INSERT INTO links VALUES (100009, 'organization', 'b!U9YkRE529cVAKT_Fua_rirhGEB3QexbnMMuueC5q50jt4jMieaTHa_UAnDLfNjPr', '01IRZ6FQGQTEPXNGYMRWDOME5XKGLWDFRF', '"c:{29BBB1E4-F2B6-ECE3-67A1-9CC1C9B49653},1"', 'JYACEYzQghi44AYgPkMa5DAHOgA=', 14, 'verified', 'Same.pdf', 'https://contoso-my.sharepoint.com/personal/ada_winter_contoso_example/Documents/Same.pdf', '2026-03-02T05:00:00Z', 'following', NULL, 0, 0, NULL, NULL);
INSERT INTO links VALUES (100011, 'user-bea-b6e1557a1ed3', 'b!_Pw58O8q720DVfkroWbhrO94Q2KWPwu4R6XfaGg1OiDO9YtRwd_oYfSOhwolwFCD', '01PRTS42JMD757D7AQHV4BFVGF6B65DWHK', '"c:{BC13685F-1544-0645-BEE3-CBB69E14ED0D},1"', 'JYACEYzQghi44AYgHEMZwgAAAAA=', 12, 'verified', 'Of bea.pdf', 'https://contoso-my.sharepoint.com/personal/ben_okafor_contoso_example/Documents/Of%20bea.pdf', '2026-03-02T05:00:00Z', 'following', NULL, 0, 0, NULL, NULL);
INSERT INTO links VALUES (100012, 'user-dan-ec4f2dbb3b14', 'b!U9YkRE529cVAKT_Fua_rirhGEB3QexbnMMuueC5q50jt4jMieaTHa_UAnDLfNjPr', '0176ZTEEBI4BRXAR7YPU2LM6H5GNNEFZDK', '"c:{6690387D-8054-E077-FBAA-270FD6CCCEE3},1"', 'JYACEYzQghi44AYgLEMY3AAAAAA=', 12, 'verified', 'Of dan.pdf', 'https://contoso-my.sharepoint.com/personal/ada_winter_contoso_example/Documents/Of%20dan.pdf', '2026-03-02T05:00:00Z', 'detached', NULL, 0, 0, NULL, NULL);
INSERT INTO links VALUES (100013, 'user-eve-85262adf7451', 'b!U9YkRE529cVAKT_Fua_rirhGEB3QexbnMMuueC5q50jt4jMieaTHa_UAnDLfNjPr', '01PNKRUOPIL7BE53VV4JQS3ZTUVYTD45IB', '"c:{2F58D656-0BCF-1F18-387A-2F03896B22F5},1"', 'JYACEYzQghi44AYgJIMdygAAAAA=', 12, 'verified', 'Of eve.pdf', 'https://contoso-my.sharepoint.com/personal/ada_winter_contoso_example/Documents/Of%20eve.pdf', '2026-03-02T05:00:00Z', 'following', NULL, 0, 0, NULL, NULL);
INSERT INTO links VALUES (100014, 'organization', 'b!U9YkRE529cVAKT_Fua_rirhGEB3QexbnMMuueC5q50jt4jMieaTHa_UAnDLfNjPr', '0127RIH2GDQQ2LBD32SNAMIFBC53WMS35H', '"c:{FC63E223-40F8-CE58-7E69-72A28A0F019C},1"', 'JYACEYzQghi44AYgdoIZzFAGOQA=', 14, 'verified', 'Offer.pdf', 'https://contoso-my.sharepoint.com/personal/ada_winter_contoso_example/Documents/Clients/Offer.pdf', '2026-03-02T07:00:00Z', 'following', NULL, 0, 0, NULL, '01PTUKFBRO36SQV6AK4ADZ2U3UXHMFRVFU/offer.pdf');
INSERT INTO links VALUES (100015, 'organization', 'b!U9YkRE529cVAKT_Fua_rirhGEB3QexbnMMuueC5q50jt4jMieaTHa_UAnDLfNjPr', '01IR3HJQWEXG7MH6VM3AXMZ2XJHRXPGX7P', '"c:{850EFC81-E3FA-CF80-65CB-A519F354423C},1"', 'ZYYCEYzQghi44AYgMIIcwmAGOoA=', 16, 'verified', 'Draft 2.pdf', 'https://contoso-my.sharepoint.com/personal/ada_winter_contoso_example/Documents/Clients/Draft%202.pdf', '2026-03-02T07:00:00Z', 'following', NULL, 0, 0, NULL, '01PTUKFBRO36SQV6AK4ADZ2U3UXHMFRVFU/draft 2.pdf');
CREATE TABLE showings (
    file INTEGER NOT NULL REFERENCES files (id),
    kind TEXT NOT NULL CHECK (kind IN ('ClientPoint', 'Template')),
    name TEXT NOT NULL,
    revision INTEGER NOT NULL,
    PRIMARY KEY (file, kind, name)
) STRICT, WITHOUT ROWID;
INSERT INTO showings VALUES (100003, 'ClientPoint', 'Fabrikam', 3);
INSERT INTO showings VALUES (100003, 'Template', 'Standard offer', 3);
INSERT INTO showings VALUES (100008, 'ClientPoint', 'Fabrikam', 1);
INSERT INTO showings VALUES (100010, 'ClientPoint', 'Northwind', 2);
CREATE TABLE state (
    connection TEXT NOT NULL REFERENCES connections (id),
    key TEXT NOT NULL,
    value BLOB,
    version INTEGER NOT NULL,
    PRIMARY KEY (connection, key)
) STRICT, WITHOUT ROWID;
INSERT INTO state VALUES ('organization', 'changes/b!U9YkRE529cVAKT_Fua_rirhGEB3QexbnMMuueC5q50jt4jMieaTHa_UAnDLfNjPr', X'687474703A2F2F3132372E302E302E313A34353138332F76312E302F6472697665732F62215539596B52453532396356414B545F4675615F7269726847454233516578626E4D4D75756543357135306A74346A4D6965615448615F55416E444C664E6A50722F726F6F742F64656C74613F24746F703D31303030262473656C6563743D69642C6E616D652C73697A652C655461672C635461672C77656255726C2C6C6173744D6F6469666965644461746554696D652C706172656E745265666572656E63652C66696C652C666F6C6465722C726F6F742C7061636B6167652C72656D6F74654974656D2C6D616C776172652C64656C6574656426746F6B656E3D4D4334794F5334744C6D5A6862484E6C4C6D5A6862484E6C4C6A63305A476C7161545930554774344D475A4D536B5A6F62334531527A686E656E4935526A49325A47356A4D484977545568485644564A4E4530', 7);
INSERT INTO state VALUES ('user-bea-b6e1557a1ed3', 'changes/b!_Pw58O8q720DVfkroWbhrO94Q2KWPwu4R6XfaGg1OiDO9YtRwd_oYfSOhwolwFCD', X'687474703A2F2F3132372E302E302E313A34353138332F76312E302F6472697665732F62215F507735384F38713732304456666B726F576268724F393451324B575077753452365866614767314F69444F3959745277645F6F5966534F68776F6C774643442F726F6F742F64656C74613F24746F703D31303030262473656C6563743D69642C6E616D652C73697A652C655461672C635461672C77656255726C2C6C6173744D6F6469666965644461746554696D652C706172656E745265666572656E63652C66696C652C666F6C6465722C726F6F742C7061636B6167652C72656D6F74654974656D2C6D616C776172652C64656C6574656426746F6B656E3D4D4334794C6930755A6D4673633255755A6D4673633255754E336844526A5A574D325678546E526F62454E746254567962325574554468705A566B74536A67775557557A526C4A704D446377536931685751', 2);
INSERT INTO state VALUES ('user-dan-ec4f2dbb3b14', 'changes/b!U9YkRE529cVAKT_Fua_rirhGEB3QexbnMMuueC5q50jt4jMieaTHa_UAnDLfNjPr', X'687474703A2F2F3132372E302E302E313A34353138332F76312E302F6472697665732F62215539596B52453532396356414B545F4675615F7269726847454233516578626E4D4D75756543357135306A74346A4D6965615448615F55416E444C664E6A50722F726F6F742F64656C74613F24746F703D31303030262473656C6563743D69642C6E616D652C73697A652C655461672C635461672C77656255726C2C6C6173744D6F6469666965644461746554696D652C706172656E745265666572656E63652C66696C652C666F6C6465722C726F6F742C7061636B6167652C72656D6F74654974656D2C6D616C776172652C64656C6574656426746F6B656E3D4D4334784D5334744C6D5A6862484E6C4C6D5A6862484E6C4C6B6F7854335A49546C5A794F565A6D5244493556326C50563356795654424E4F556C4D52576C6C656E673065546C574F57347956453934536B55', 1);
INSERT INTO state VALUES ('user-eve-85262adf7451', 'changes/b!U9YkRE529cVAKT_Fua_rirhGEB3QexbnMMuueC5q50jt4jMieaTHa_UAnDLfNjPr', X'687474703A2F2F3132372E302E302E313A34353138332F76312E302F6472697665732F62215539596B52453532396356414B545F4675615F7269726847454233516578626E4D4D75756543357135306A74346A4D6965615448615F55416E444C664E6A50722F726F6F742F64656C74613F24746F703D31303030262473656C6563743D69642C6E616D652C73697A652C655461672C635461672C77656255726C2C6C6173744D6F6469666965644461746554696D652C706172656E745265666572656E63652C66696C652C666F6C6465722C726F6F742C7061636B6167652C72656D6F74654974656D2C6D616C776172652C64656C6574656426746F6B656E3D4D4334784D6934744C6D5A6862484E6C4C6D5A6862484E6C4C6B4A6B5A6A647059574E77596B524D5A6B55785A555A7655446C57576E6C574F5852305447784D5557394B51303954556C426E526B4D30516C45', 1);
CREATE TABLE switches (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
INSERT INTO switches VALUES ('keep-clientpoints');
CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    connection TEXT NOT NULL REFERENCES connections (id),
    drive TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('scheduled', 'manual', 'plan')),
    due TEXT,
    late INTEGER NOT NULL DEFAULT 0,
    started_by TEXT NOT NULL,
    started_at TEXT NOT NULL,
    ended_at TEXT,
    state TEXT NOT NULL DEFAULT 'running',
    options TEXT NOT NULL,
    cursor TEXT,
    listed INTEGER NOT NULL DEFAULT 0,
    inputs INTEGER NOT NULL,
    rest INTEGER NOT NULL DEFAULT 0,
    rest_outcome TEXT,
    message TEXT
, subject TEXT NOT NULL DEFAULT 'sync', undone_at TEXT) STRICT;
INSERT INTO runs VALUES (1, 'organization', 'b!U9YkRE529cVAKT_Fua_rirhGEB3QexbnMMuueC5q50jt4jMieaTHa_UAnDLfNjPr', 'manual', NULL, 0, 'admin', '2026-03-02T07:00:00Z', '2026-03-02T07:00:00Z', 'incomplete', '', NULL, 0, 4, 0, NULL, NULL, 'association', NULL);
INSERT INTO runs VALUES (2, 'organization', 'b!U9YkRE529cVAKT_Fua_rirhGEB3QexbnMMuueC5q50jt4jMieaTHa_UAnDLfNjPr', 'manual', NULL, 0, 'admin', '2026-03-02T07:00:00Z', '2026-03-02T07:00:00Z', 'complete', '{"accept_gone":false,"plan":null}', '{"drive":"b!U9YkRE529cVAKT_Fua_rirhGEB3QexbnMMuueC5q50jt4jMieaTHa_UAnDLfNjPr","phase":"Over","managed":11,"units":1,"restarts":0,"gone":0,"paused":false}', 1, 11, 9, 'unchanged', NULL, 'sync', NULL);
INSERT INTO runs VALUES (3, 'organization', 'b!U9YkRE529cVAKT_Fua_rirhGEB3QexbnMMuueC5q50jt4jMieaTHa_UAnDLfNjPr', 'manual', NULL, 0, 'admin', '2026-03-02T07:00:00Z', '2026-03-02T07:00:00Z', 'complete', '', NULL, 0, 1, 0, NULL, NULL, 'association', NULL);
INSERT INTO runs VALUES (4, 'organization', 'b!U9YkRE529cVAKT_Fua_rirhGEB3QexbnMMuueC5q50jt4jMieaTHa_UAnDLfNjPr', 'manual', NULL, 0, 'admin', '2026-03-02T07:00:00Z', '2026-03-02T07:00:00Z', 'complete', '', NULL, 0, 1, 0, NULL, 'taken back by admin: 1 files', 'association', '2026-03-02T07:00:00Z');
INSERT INTO runs VALUES (5, 'organization', 'b!U9YkRE529cVAKT_Fua_rirhGEB3QexbnMMuueC5q50jt4jMieaTHa_UAnDLfNjPr', 'manual', NULL, 0, 'admin', '2026-03-02T07:00:00Z', '2026-03-02T07:00:00Z', 'complete', '{"accept_gone":false,"plan":null}', '{"drive":"b!U9YkRE529cVAKT_Fua_rirhGEB3QexbnMMuueC5q50jt4jMieaTHa_UAnDLfNjPr","phase":"Over","managed":11,"units":1,"restarts":0,"gone":1,"paused":false}', 1, 11, 3, 'unchanged', NULL, 'sync', NULL);
INSERT INTO runs VALUES (6, 'organization', 'b!U9YkRE529cVAKT_Fua_rirhGEB3QexbnMMuueC5q50jt4jMieaTHa_UAnDLfNjPr', 'scheduled', '2026-03-03', 1, 'timer', '2026-03-03T06:29:00Z', '2026-03-03T06:29:00Z', 'complete', '{"accept_gone":false,"plan":null}', '{"drive":"b!U9YkRE529cVAKT_Fua_rirhGEB3QexbnMMuueC5q50jt4jMieaTHa_UAnDLfNjPr","phase":"Over","managed":11,"units":1,"restarts":0,"gone":0,"paused":false}', 1, 11, 7, 'unchanged', NULL, 'sync', NULL);
INSERT INTO runs VALUES (7, 'user-bea-b6e1557a1ed3', 'b!_Pw58O8q720DVfkroWbhrO94Q2KWPwu4R6XfaGg1OiDO9YtRwd_oYfSOhwolwFCD', 'scheduled', '2026-03-03', 1, 'timer', '2026-03-03T06:29:00Z', '2026-03-03T06:29:00Z', 'complete', '{"accept_gone":false,"plan":null}', '{"drive":"b!_Pw58O8q720DVfkroWbhrO94Q2KWPwu4R6XfaGg1OiDO9YtRwd_oYfSOhwolwFCD","phase":"Over","managed":1,"units":1,"restarts":0,"gone":0,"paused":false}', 1, 1, 1, 'unchanged', NULL, 'sync', NULL);
INSERT INTO runs VALUES (8, 'user-eve-85262adf7451', 'b!U9YkRE529cVAKT_Fua_rirhGEB3QexbnMMuueC5q50jt4jMieaTHa_UAnDLfNjPr', 'scheduled', '2026-03-03', 1, 'timer', '2026-03-03T06:29:00Z', '2026-03-03T06:29:00Z', 'incomplete', '{"accept_gone":false,"plan":null}', NULL, 0, 1, 1, 'owner-lost', 'the sign-in of Ada Winter (ada.winter@contoso.example) needs reconnect since 2026-03-02T07:00:00Z: run `clientpoint-host connect user`. the sign-in was revoked, as happens when a password is reset or an administrator ends all sessions: sign in again', 'sync', NULL);
INSERT INTO runs VALUES (9, 'organization', 'b!U9YkRE529cVAKT_Fua_rirhGEB3QexbnMMuueC5q50jt4jMieaTHa_UAnDLfNjPr', 'plan', NULL, 0, 'admin', '2026-03-03T06:29:00Z', '2026-03-03T06:29:00Z', 'planned', '{"accept_gone":false,"plan":null}', '{"drive":"b!U9YkRE529cVAKT_Fua_rirhGEB3QexbnMMuueC5q50jt4jMieaTHa_UAnDLfNjPr","phase":{"Work":{"known":null}},"managed":11,"units":1,"restarts":0,"gone":0,"paused":false}', 1, 11, 0, NULL, 'plan 3a84c76d579e6c9d', 'sync', NULL);
INSERT INTO runs VALUES (10, 'organization', 'b!U9YkRE529cVAKT_Fua_rirhGEB3QexbnMMuueC5q50jt4jMieaTHa_UAnDLfNjPr', 'manual', NULL, 0, 'admin', '2026-03-03T06:29:00Z', '2026-03-03T06:29:00Z', 'complete', '{"accept_gone":false,"plan":"3a84c76d579e6c9d"}', '{"drive":"b!U9YkRE529cVAKT_Fua_rirhGEB3QexbnMMuueC5q50jt4jMieaTHa_UAnDLfNjPr","phase":"Over","managed":11,"units":1,"restarts":0,"gone":0,"paused":false}', 1, 11, 6, 'unchanged', NULL, 'sync', NULL);
INSERT INTO runs VALUES (11, 'organization', 'b!U9YkRE529cVAKT_Fua_rirhGEB3QexbnMMuueC5q50jt4jMieaTHa_UAnDLfNjPr', 'plan', NULL, 0, 'admin', '2026-03-03T06:29:00Z', '2026-03-03T06:29:00Z', 'planned', '{"accept_gone":false,"plan":null}', '{"drive":"b!U9YkRE529cVAKT_Fua_rirhGEB3QexbnMMuueC5q50jt4jMieaTHa_UAnDLfNjPr","phase":{"Work":{"known":null}},"managed":11,"units":1,"restarts":0,"gone":0,"paused":false}', 1, 11, 0, NULL, 'plan 554ee5e79a6555af', 'sync', NULL);
INSERT INTO runs VALUES (12, 'organization', 'b!U9YkRE529cVAKT_Fua_rirhGEB3QexbnMMuueC5q50jt4jMieaTHa_UAnDLfNjPr', 'manual', NULL, 0, 'admin', '2026-03-03T06:29:00Z', NULL, 'running', '{"accept_gone":false,"plan":null}', NULL, 0, 11, 0, NULL, NULL, 'sync', NULL);
CREATE TABLE outcomes (
    run INTEGER NOT NULL REFERENCES runs (id),
    file INTEGER NOT NULL REFERENCES files (id),
    outcome TEXT NOT NULL,
    reason TEXT NOT NULL,
    name TEXT NOT NULL,
    message TEXT NOT NULL,
    revision INTEGER NOT NULL,
    size INTEGER NOT NULL,
    reached INTEGER NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (run, file)
) STRICT, WITHOUT ROWID;
INSERT INTO outcomes VALUES (2, 100014, 'updated', '', 'Offer.pdf', '"Offer.pdf" is up to date', 2, 14, 0, '2026-03-02T07:00:00Z');
INSERT INTO outcomes VALUES (2, 100015, 'updated', '', 'Draft.pdf', '"Draft.pdf" is up to date', 2, 14, 0, '2026-03-02T07:00:00Z');
INSERT INTO outcomes VALUES (5, 100001, 'unchanged', 'renamed', 'Under another name.pdf', '"Under another name.pdf" is what the source of "Renamed.pdf" is called now; its content has not changed', 1, 14, 0, '2026-03-02T07:00:00Z');
INSERT INTO outcomes VALUES (5, 100002, 'source-gone', '', 'Gone.pdf', '"Gone.pdf" is not in the drive any more, and the Content Library keeps its last version: restore it in OneDrive, or remove it from the library', 1, 14, 0, '2026-03-02T07:00:00Z');
INSERT INTO outcomes VALUES (5, 100003, 'updated', '', 'Updated.pdf', '"Updated.pdf" is up to date', 2, 15, 2, '2026-03-02T07:00:00Z');
INSERT INTO outcomes VALUES (5, 100004, 'format-mismatch', '', 'Format.docx', '"Format.docx" is of another format than "Format.pdf" in the Content Library, which stays as it is: rename it back, or import it anew', 1, 14, 0, '2026-03-02T07:00:00Z');
INSERT INTO outcomes VALUES (5, 100005, 'updated', '', 'Held.pdf', '"Held.pdf" is up to date', 2, 15, 0, '2026-03-02T07:00:00Z');
INSERT INTO outcomes VALUES (5, 100006, 'malware', '', 'Sick.pdf', 'Microsoft found malware in "Sick.pdf", and the Content Library keeps its last version: clean or delete it there', 1, 14, 0, '2026-03-02T07:00:00Z');
INSERT INTO outcomes VALUES (5, 100008, 'updated', '', 'Kept.pdf', '"Kept.pdf" is up to date', 2, 15, 0, '2026-03-02T07:00:00Z');
INSERT INTO outcomes VALUES (5, 100015, 'updated', '', 'Draft 2.pdf', '"Draft 2.pdf" is up to date', 3, 16, 0, '2026-03-02T07:00:00Z');
INSERT INTO outcomes VALUES (6, 100002, 'source-gone', 'as-before', 'Gone.pdf', 'nothing has changed since an earlier run told why this file does not follow', 1, 14, 0, '2026-03-03T06:29:00Z');
INSERT INTO outcomes VALUES (6, 100004, 'format-mismatch', 'as-before', 'Format.pdf', 'nothing has changed since an earlier run told why this file does not follow', 1, 14, 0, '2026-03-03T06:29:00Z');
INSERT INTO outcomes VALUES (6, 100005, 'held', 'by-a-person', 'Held.pdf', '"Held.pdf" is held: `library release` lets it follow again', 3, 14, 0, '2026-03-03T06:29:00Z');
INSERT INTO outcomes VALUES (6, 100006, 'malware', 'as-before', 'Sick.pdf', 'nothing has changed since an earlier run told why this file does not follow', 1, 14, 0, '2026-03-03T06:29:00Z');
INSERT INTO outcomes VALUES (10, 100002, 'source-gone', 'as-before', 'Gone.pdf', 'nothing has changed since an earlier run told why this file does not follow', 1, 14, 0, '2026-03-03T06:29:00Z');
INSERT INTO outcomes VALUES (10, 100003, 'updated', '', 'Updated.pdf', '"Updated.pdf" is up to date', 3, 14, 2, '2026-03-03T06:29:00Z');
INSERT INTO outcomes VALUES (10, 100004, 'format-mismatch', 'as-before', 'Format.pdf', 'nothing has changed since an earlier run told why this file does not follow', 1, 14, 0, '2026-03-03T06:29:00Z');
INSERT INTO outcomes VALUES (10, 100005, 'held', 'by-a-person', 'Held.pdf', '"Held.pdf" is held: `library release` lets it follow again', 3, 14, 0, '2026-03-03T06:29:00Z');
INSERT INTO outcomes VALUES (10, 100006, 'malware', 'as-before', 'Sick.pdf', 'nothing has changed since an earlier run told why this file does not follow', 1, 14, 0, '2026-03-03T06:29:00Z');
CREATE TABLE grants (
    connection TEXT PRIMARY KEY REFERENCES connections (id),
    sealed BLOB NOT NULL
) STRICT;
INSERT INTO grants VALUES ('user-eve-85262adf7451', X'878148B75B119DB1E9ACA55F403EF51D0B301F4C379F645D763330D6838CCECE216D1D4F19B64707FE5D0C7B016912E4975CEE90F3A3441A7B03DA2C766BBEABC90F463CDC7089F9348B57E47BA561194BBA1A5F7BEEA0D46FB10C027DFFE28CBDDA40EAEFD0371E16E3F815365AD1BD33D6C27F4EC4F5F3E9E1EB7935190D5C47874E24AC993A33AD74923EF84283DD8649A202E7BF0212A2E55379E35999A1AB7A61C1D396E1E88B1472C333945A3376C5926357C9E0F6FB24D0F49173E72D7CCFF6AC');
INSERT INTO grants VALUES ('user-bea-b6e1557a1ed3', X'48EB1BDBAC3E9AACCBDB8719E01D393C6672E18B8ED6F70694A63FBB55F36F6419637A38C66F1B3BA0788A46A63F8AFFA1A55D0B5190C61931E4ECEF3C93945A3B5136F47722D5394CD31A05DC0EECF4EB0E293ED5D30EFF6A7A8B18760A48B9B1251AC12C4C7975D8D5ABF14E600473EB425E4C5644E97322F308B75E9C5CE8F107AEA8B643300F3D72259202BA05EEE4CFEEC89F17144DEC5AACF6613BF27272F5A133BA711AC52454D8EBC77460E0BAFD4075299CEC570CDFFA67AB8ECDEBB488530A');
CREATE TABLE sealed_with (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    key_id TEXT NOT NULL
) STRICT;
INSERT INTO sealed_with VALUES (1, '2cc53225685501b5');
CREATE TABLE endpoints (
    connection TEXT PRIMARY KEY,
    login TEXT NOT NULL,
    api TEXT NOT NULL
) STRICT;
INSERT INTO endpoints VALUES ('organization', 'https://login.microsoftonline.com', 'https://graph.microsoft.com');
INSERT INTO endpoints VALUES ('user-bea-b6e1557a1ed3', 'https://login.microsoftonline.com', 'https://graph.microsoft.com');
INSERT INTO endpoints VALUES ('user-dan-ec4f2dbb3b14', 'https://login.microsoftonline.com', 'https://graph.microsoft.com');
INSERT INTO endpoints VALUES ('user-eve-85262adf7451', 'https://login.microsoftonline.com', 'https://graph.microsoft.com');
CREATE TABLE sheet_rows (
    run INTEGER NOT NULL REFERENCES runs (id),
    row INTEGER NOT NULL,
    place INTEGER NOT NULL,
    file TEXT NOT NULL,
    path TEXT NOT NULL,
    outcome TEXT NOT NULL,
    message TEXT NOT NULL,
    resolved TEXT,
    at TEXT NOT NULL,
    PRIMARY KEY (run, place)
) STRICT, WITHOUT ROWID;
INSERT INTO sheet_rows VALUES (1, 2, 0, '100014', 'Clients/Offer.pdf', 'linked', '"Offer.pdf" follows "Clients/Offer.pdf" from the next sync on', 'Clients/Offer.pdf', '2026-03-02T07:00:00Z');
INSERT INTO sheet_rows VALUES (1, 3, 1, '100015', 'Clients/Draft.pdf', 'linked', '"Draft.pdf" follows "Clients/Draft.pdf" from the next sync on', 'Clients/Draft.pdf', '2026-03-02T07:00:00Z');
INSERT INTO sheet_rows VALUES (1, 4, 2, '100016', 'Clients/Contrakt.pdf', 'path-not-found', 'nothing is at "Clients/Contrakt.pdf" in the drive: did you mean "Clients/Contract.pdf"?', NULL, '2026-03-02T07:00:00Z');
INSERT INTO sheet_rows VALUES (1, 5, 3, '999999', 'Clients/Offer.pdf', 'unknown-file-id', 'no file of the library has the File ID "999999": compare it with the list that you can download (More > Excel)', NULL, '2026-03-02T07:00:00Z');
INSERT INTO sheet_rows VALUES (3, 2, 0, '100015', 'Clients/Draft 2.pdf', 're-linked', '"Draft.pdf" follows "Clients/Draft 2.pdf" from the next sync on, and no longer "Draft.pdf"', 'Clients/Draft 2.pdf', '2026-03-02T07:00:00Z');
INSERT INTO sheet_rows VALUES (4, 2, 0, '100016', 'Clients/Contract.pdf', 'linked', '"Contract.pdf" follows "Clients/Contract.pdf" from the next sync on', 'Clients/Contract.pdf', '2026-03-02T07:00:00Z');
CREATE TABLE bindings (
    run INTEGER NOT NULL REFERENCES runs (id),
    file INTEGER NOT NULL REFERENCES files (id),
    drive TEXT NOT NULL,
    item TEXT NOT NULL,
    revision INTEGER NOT NULL,
    was_linked INTEGER NOT NULL,
    was_connection TEXT,
    was_drive TEXT,
    was_item TEXT,
    was_version TEXT,
    was_hash TEXT,
    was_size INTEGER,
    was_verification TEXT,
    was_name TEXT,
    was_web_url TEXT,
    was_linked_at TEXT,
    was_state TEXT, was_place TEXT,
    PRIMARY KEY (run, file)
) STRICT, WITHOUT ROWID;
INSERT INTO bindings VALUES (1, 100014, 'b!U9YkRE529cVAKT_Fua_rirhGEB3QexbnMMuueC5q50jt4jMieaTHa_UAnDLfNjPr', '0127RIH2GDQQ2LBD32SNAMIFBC53WMS35H', 1, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO bindings VALUES (1, 100015, 'b!U9YkRE529cVAKT_Fua_rirhGEB3QexbnMMuueC5q50jt4jMieaTHa_UAnDLfNjPr', '01QJAVGRLKEZ22LKOBXJYXILZLL7T5MH7J', 1, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO bindings VALUES (3, 100015, 'b!U9YkRE529cVAKT_Fua_rirhGEB3QexbnMMuueC5q50jt4jMieaTHa_UAnDLfNjPr', '01IR3HJQWEXG7MH6VM3AXMZ2XJHRXPGX7P', 2, 1, 'organization', 'b!U9YkRE529cVAKT_Fua_rirhGEB3QexbnMMuueC5q50jt4jMieaTHa_UAnDLfNjPr', '01QJAVGRLKEZ22LKOBXJYXILZLL7T5MH7J', '"c:{58B963B1-6B31-AD89-B864-C22E04015E3F},1"', 'JYACEYzQghi44AYgLoIcwmAGOgA=', 14, 'verified', 'Draft.pdf', 'https://contoso-my.sharepoint.com/personal/ada_winter_contoso_example/Documents/Clients/Draft.pdf', '2026-03-02T07:00:00Z', 'following', '01PTUKFBRO36SQV6AK4ADZ2U3UXHMFRVFU/draft.pdf');
INSERT INTO bindings VALUES (4, 100016, 'b!U9YkRE529cVAKT_Fua_rirhGEB3QexbnMMuueC5q50jt4jMieaTHa_UAnDLfNjPr', '01IYALNFE4IO6DCAUHCTXGIP2X4NNDZJGD', 1, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
CREATE INDEX revisions_by_object ON revisions (sha256);
CREATE INDEX links_by_source ON links (drive, item);
CREATE INDEX links_by_drive ON links (connection, drive, file);
CREATE INDEX links_due ON links (connection, coalesce(waiting, 0), file) WHERE waiting IS NOT NULL OR suspected = 1;
CREATE INDEX links_suspected ON links (connection, drive, file) WHERE suspected = 1;
CREATE INDEX links_unsettled ON links (connection, file) WHERE state <> 'following';
CREATE UNIQUE INDEX runs_once_a_day ON runs (connection, due) WHERE due IS NOT NULL;
CREATE INDEX runs_running ON runs (connection) WHERE state = 'running';
CREATE INDEX links_by_place ON links (connection, drive, place) WHERE place IS NOT NULL;
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES ('files', 100016);
INSERT INTO sqlite_sequence VALUES ('runs', 12);
PRAGMA user_version = 6;
COMMIT;
