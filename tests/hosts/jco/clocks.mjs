// wasi:clocks, as far as the plugin imports it.

import { setTimeout } from 'node:timers/promises';

export const clocks = {
  'wasi:clocks/monotonic-clock': {
    now: () => process.hrtime.bigint(),
    waitFor: async (nanoseconds) => {
      await setTimeout(Number(nanoseconds / 1_000_000n) + 1);
    },
  },
  'wasi:clocks/system-clock': {
    now() {
      const milliseconds = Date.now();
      return { seconds: BigInt(Math.floor(milliseconds / 1000)), nanoseconds: (milliseconds % 1000) * 1_000_000 };
    },
  },
};
