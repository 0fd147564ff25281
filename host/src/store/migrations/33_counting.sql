-- Only a server's database changes here, which has the same number: a folder keeps the numbers of its links as before.
SELECT 1;
