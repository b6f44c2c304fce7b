/** What proves a hop, in a word or two for a column. */
const WORDS: Record<string, string> = {
  'span-parent': 'trace parent',
  'span-call': 'trace parent',
  'span-link': 'span link',
  'message-id': 'messageId',
  'event-id': 'event id',
  'stream-position': 'stream position',
  'object-write': 'object version',
  'call-id': 'request id',
  'call-notified': 'request id',
  'gateway-request': 'request id',
  'workflow-start': 'execution ARN',
  'workflow-execution': 'execution ARN',
  'call-site': 'delay, order, template',
  'shared-value': 'shared value',
  confirmed: 'a person’s word',
}

/** The names of several rules, each word once: `message-id, call-id` is `messageId, request id`. */
export function rulesInWords(rules: readonly { rule: string }[]): string {
  return [...new Set(rules.map(({ rule }) => WORDS[rule] ?? rule.replaceAll('-', ' ')))].join(', ')
}
