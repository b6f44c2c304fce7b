/** What Specter reads from its environment, in words: `--help` prints it, lib/server/env.ts checks the values. */
export const environment = [
  ['PORT', '3000', 'port of the page and the API; 0 takes a free one'],
  ['HOST', '127.0.0.1', 'address to listen on; must be this machine, since there are no accounts yet'],
  ['SPECTER_DATA', '.specter', 'folder of the embedded database and of all state'],
  ['DATABASE_URL', '(embedded)', 'use this Postgres (15 or newer) instead of the embedded one'],
  ['SPECTER_FIREHOSE_KEY', '(none)', 'access key that Amazon Data Firehose has to send'],
]

/** @public bin/specter prints it. */
export function environmentHelp() {
  return ['Environment:', ...environment.map(([name, value, words]) => `  ${name.padEnd(14)} ${value.padEnd(12)} ${words}`)].join('\n')
}
