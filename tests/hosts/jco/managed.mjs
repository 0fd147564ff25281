// managed-files is lent for the length of a sync run. This host runs none, so all of it is refused, as the contract says.

const forbidden = async () => {
  throw { tag: 'forbidden' };
};

export const managedFiles = Object.fromEntries(
  ['count', 'bySource', 'byPlace', 'after', 'due', 'set', 'suspectAll', 'settle', 'replace', 'publish'].map((name) => [name, forbidden]),
);
