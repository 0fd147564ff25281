-- Only a server's database changes here, which has the same number: a folder has one account.
SELECT 1;
