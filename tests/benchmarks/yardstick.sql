-- A payment as small as a database can make it: five statements between BEGIN and COMMIT, each prepared once.
\set debtor random(1, 5000)
\set creditor random(5001, 10000)
\set amount random(1, 1000)
\set key random(1, 9000000000000000)
BEGIN;
INSERT INTO yardstick.idempotency_key (client_id, key, body_digest, payment_id) VALUES (1, :key::text, sha256(:key::text::bytea), :key);
INSERT INTO yardstick.payment (id, client_id, debtor_id, creditor_id, amount_minor, status, body) VALUES (:key, 1, :debtor, :creditor, :amount, 'ACSP', '{"Data":{"ConsentId":"con_01k9m3w5zq8f7t2v6x4y0b1c3d","Initiation":{"InstructionIdentification":"b7c1f0a2d4e94f6c8a3b5d7e9f1a2c4e","EndToEndIdentification":"5e3d1c9b7a8f6e4d2c1b0a9f8e7d6c","InstructedAmount":{"Amount":"12.34","Currency":"GBP"},"CreditorAccount":{"SchemeName":"UK.OBIE.SortCodeAccountNumber","Identification":"04000412345678","Name":"Bob Brown"},"RemittanceInformation":{"Structured":[{"CreditorReferenceInformation":{"Reference":"Invoice 2026-118"}}]}}},"Risk":{"PaymentContextCode":"TransferToThirdParty"}}');
INSERT INTO yardstick.posting (payment_id, account_id, amount_minor) VALUES (:key, :debtor, -(:amount::bigint)), (:key, :creditor, :amount);
UPDATE yardstick.account SET balance_minor = balance_minor - :amount WHERE id = :debtor;
UPDATE yardstick.account SET balance_minor = balance_minor + :amount WHERE id = :creditor;
COMMIT;
