/** X-Ray's guide: answers of its API, segment documents, and what is shown beside them. */
import { lone, type Sample, type Samples } from './sample'

const guide = (name: string): string => `xray/aws-xray-developer-guide__xray-${name}.json`
const text = (lines: number, spans: number, why: string, more: object = {}): Sample => ({
  events: { text: lines },
  untimed: lines,
  spans: lone(spans),
  why,
  ...more,
})
const json = (why: string): Sample => ({ events: { json: 1 }, untimed: 1, spans: lone(1), why })
const segment = (trace: string, spans: string[], links: string[] = []): Sample => ({ events: { xray: 1 }, ids: [`trace ${trace}`], spans, links })

const EXAMPLE = '1-581cf771-a006649127e371903a2de979'
const SCOREKEEP = 'segment container:Scorekeep'
const FUNCTION = 'segment function:random-name'
const TABLE = 'segment table:scorekeep-user'
const TOPIC = 'segment topic:awseb-e-ruag3jyweb-stack-NotificationTopic-6B829NT9V5O9'

export const XRAY: Samples = {
  [guide('api-gettingdata_00')]: json('a service graph, sums without a trace'),
  [guide('api-gettingdata_01')]: json('summaries, without a segment'),
  // Scorekeep calls a function and, inside a subsegment, a table; the function, its init and a part of it; its call of a topic. What X-Ray infers
  // of table and topic are the calls once more.
  [guide('api-gettingdata_02')]: {
    events: { xray: 5 },
    ids: [
      'request ac086670-6373-11e7-a174-f31b3397f190',
      'request called MFQ8CGJ3JTDDVVVASUAAJGQ6NJ82F738BOB4KQNSO5AEMVJF66Q9',
      'request called a2137970-f6fc-5029-83e8-28aadeb99198',
      'request called ac086670-6373-11e7-a174-f31b3397f190',
      'trace 1-59602603-23fc5b688855d396af79b496',
    ],
    spans: [`3 × ${SCOREKEEP}`, `3 × ${FUNCTION}`, 'execution function:random-name', TABLE, TOPIC],
    links: [
      `2 × ${SCOREKEEP} -> ${SCOREKEEP} (span-parent)`,
      `2 × ${FUNCTION} -> ${FUNCTION} (span-parent)`,
      `execution function:random-name -> ${FUNCTION} (span-parent)`,
      `${SCOREKEEP} -> execution function:random-name (call-id)`,
      `${SCOREKEEP} -> ${TABLE} (span-parent)`,
      `${FUNCTION} -> ${TOPIC} (span-parent)`,
    ].sort(),
  },
  [guide('api-gettingdata_03')]: text(3, 3, 'three lines of a shell'),
  // A quote is wrong: the value's lines, and two objects inside it that are whole.
  [guide('api-gettingdata_04')]: { events: { text: 18, json: 2 }, untimed: 20, spans: lone(3), why: 'no JSON: a quote is wrong in the guide' },
  [guide('api-gettingdata_05')]: json('a cause, without a trace'),
  [guide('api-gettingdata_06')]: { events: { object: 1 }, untimed: 1, spans: lone(1), why: 'a cause, without a trace' },

  [guide('api-segmentdocuments_00')]: segment(EXAMPLE, ['segment container:example.com']),
  [guide('api-segmentdocuments_01')]: segment(
    '1-5759e988-bd862e3fe1be46a994272793',
    ['segment container:www.example.com', 'segment external:api.example.com'],
    ['segment container:www.example.com -> segment external:api.example.com (span-parent)'],
  ),
  [guide('api-segmentdocuments_02')]: segment(EXAMPLE, ['segment container:example.com']),
  [guide('api-segmentdocuments_03')]: text(21, 1, 'no JSON: a comma is missing in the guide; one dump, and the trace that it names', {
    ids: [`trace ${EXAMPLE}`],
  }),
  [guide('api-segmentdocuments_04')]: text(28, 1, 'no JSON: a comma too many in the guide; one dump, and the trace that it names', {
    ids: ['trace 1-5880168b-fd5158284b67678a3bb5a78c'],
  }),
  [guide('api-segmentdocuments_05')]: segment('1-62be1272-1b71c4274f39f122afa64eab', ['segment external:names.example.com']),
  [guide('api-segmentdocuments_06')]: text(34, 1, 'no JSON: a comma too many in the guide; one dump, whose trace has an s in it and is none'),

  [guide('api-sendingdata_00')]: segment(EXAMPLE, [SCOREKEEP]),
  [guide('api-sendingdata_01')]: text(7, 1, 'no JSON: printed quotes; one dump, and the trace that it names', { ids: [`trace ${EXAMPLE}`] }),
  [guide('api-sendingdata_02')]: text(9, 1, 'no JSON: printed quotes; one dump, and the trace that it names', { ids: [`trace ${EXAMPLE}`] }),
  // Two commands, the first with a document in it, and the answer.
  [guide('api-sendingdata_03')]: {
    events: { object: 1, text: 1, json: 1 },
    untimed: 3,
    ids: ['trace 1-5960082b-ab52431b496add878434aa25'],
    spans: lone(3),
    why: 'commands of a shell; the answer has no id',
  },
  [guide('api-sendingdata_04')]: json('an answer that refuses a segment: without its trace'),
  [guide('api-sendingdata_05')]: { events: {}, refused: { invalid_json: 1 }, why: 'a backslash and an n stand for the line break' },
  // The header that the daemon wants before each document, and a segment.
  [guide('api-sendingdata_06')]: {
    events: { json: 1, xray: 1 },
    untimed: 1,
    ids: ['trace 1-594aed87-ad72e26896b3f9d3a27054bb'],
    spans: [...lone(1), 'segment container:test.elasticbeanstalk.com'],
  },
  [guide('services-eventbridge_00')]: text(58, 19, 'a program: what is indented goes on with the line before it'),
}
