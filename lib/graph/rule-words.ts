/** What proves a hop, in a word or two for a column. */
const WORDS: Record<string, string> = {
  'span-parent': 'trace parent',
  'span-call': 'trace parent',
  'span-link': 'span link',
  'segment-run': 'request id',
  duplicate: 'equal ids',
  'message-id': 'messageId',
  'message-call': 'messageId',
  'message-named': 'messageId',
  'event-id': 'event id',
  'event-call': 'event id',
  'event-named': 'event id',
  'stream-position': 'stream position',
  'table-change': 'row’s key and second',
  'object-write': 'object version',
  'call-id': 'request id',
  'call-notified': 'request id',
  'call-named': 'request id',
  'gateway-request': 'request id',
  'workflow-start': 'execution ARN',
  'workflow-execution': 'execution ARN',
  'call-site': 'timing, order of lines',
  'shared-value': 'shared value',
  confirmed: 'a person’s word',
}

/** The names of several rules, each word once: `message-id, call-id` is `messageId, request id`. */
export function rulesInWords(rules: readonly { rule: string }[]): string {
  return [...new Set(rules.map(({ rule }) => WORDS[rule] ?? rule.replaceAll('-', ' ')))].join(', ')
}

export interface LearnedDirection {
  /** Service, words of the line, name of the id. */
  place: string
  words: string
  cases: number
  of: number
}

/**
 * What was learned of places that name an id without saying which way: `sends @ …` refuted means that the id arrives there. A place of which
 * both are refuted does now this and now that.
 */
export function learnedDirections(rules: readonly { rule: string; effects: number; contradicted: number; demoted: boolean }[]): LearnedDirection[] {
  const refuted = rules.flatMap(({ rule, effects, contradicted, demoted }) => {
    const [claim = '', place] = rule.split(' @ ')
    return demoted && place !== undefined ? [{ claim, place, cases: contradicted, of: effects }] : []
  })
  return refuted.flatMap(({ claim, place, cases, of }) => {
    const both = refuted.some((other) => other.place === place && other.claim !== claim)
    if (both) return claim === 'sends' ? [{ place, words: 'either way', cases, of }] : []
    return [{ place, words: claim === 'sends' ? 'received there' : 'sent there', cases, of }]
  })
}
