/** What functions log: platform lines as consoles and the API show them, events as functions get them, the Telemetry API. */
import { each, lone, type Sample, type Samples } from './sample'

const LANGUAGES = ['csharp', 'golang', 'java', 'nodejs', 'powershell', 'python', 'ruby']
const guide = (nth: number): string[] => LANGUAGES.map((language) => `lambda-platform/aws-lambda-developer-guide__${language}-logging_${nth}.txt`)
/** The guide writes xmpl into its ids, so that they are no uuids: START, END and REPORT with them are words. */
const XMPL = 'the ids have xmpl in them and are no uuids, so nothing here is one execution'
const text = (lines: number, spans: number, more: Sample | object = {}): Sample => ({
  events: { text: lines },
  untimed: lines,
  spans: lone(spans),
  why: XMPL,
  ...more,
})

const PLATFORM: Samples = {
  // START, one line in between, END, REPORT. The line has the environment in it, with the trace that the function runs in.
  ...each(guide(1), {
    events: { lambda: 3, text: 1 },
    untimed: 4,
    ids: ['request 57f231fb-1730-4395-85cb-4f71bd2b87b8', 'trace 1-5d02e5ca-f5792818b6fe8368e5b51d50'],
    spans: ['execution container:sample'],
    why: 'the line between START and END is a part of a dump',
  }),
  // The answer of `aws lambda invoke`, and that of GetLogEvents: START, two lines of Node's runtime, END, REPORT.
  ...each(guide(2), {
    events: { json: 1, lambda: 3, 'lambda-line': 1, 'lambda-line/object': 1 },
    untimed: 1,
    ids: ['request 4ce9340a-b765-490f-ad8a-02ab3415e2bf'],
    spans: ['event container:sample', 'execution container:sample'],
  }),
  // An entry each: START, its heading, the dump behind it, the next heading, the dump, END, REPORT with its second line.
  'lambda-platform/aws-lambda-developer-guide__csharp-logging_0.txt': text(32, 7),
  // START, the event with its dump, five names, END, REPORT with its second line; six lines have a time.
  'lambda-platform/aws-lambda-developer-guide__golang-logging_0.txt': text(24, 9, { untimed: 18 }),
  // START, three headings with a dump each, END, REPORT.
  'lambda-platform/aws-lambda-developer-guide__java-logging_0.txt': text(28, 9),
  // START, the module, nine lines of PowerShell's, the dump, END, REPORT with its second line.
  'lambda-platform/aws-lambda-developer-guide__powershell-logging_0.txt': text(27, 14),
  // START, two headings, two values, END, REPORT with its second line. The environment is Python's repr, the event an object of it.
  'lambda-platform/aws-lambda-developer-guide__python-logging_0.txt': text(8, 7, { events: { text: 7, object: 1 } }),
  // Blanks for tabs: the level and the time are read, the id is not where the runtime puts it. START, four lines, END, REPORT.
  'lambda-platform/aws-lambda-developer-guide__python-logging_3.txt': text(8, 7, { events: { text: 7, object: 1 }, untimed: 4 }),
  // Only START has the id as it was; so its execution does not end.
  'lambda-platform/aws-lambda-developer-guide__ruby-logging_0.txt': {
    events: { lambda: 1, text: 16 },
    untimed: 17,
    ids: ['request 50aba555-99c8-4b21-8358-644ee996a05f'],
    spans: ['execution container:sample'],
    why: `words between START and the end; of END and REPORT ${XMPL}`,
  },
  // Node's lines over several: three of the runtime with two dumps behind them, one of them an object of its own.
  'lambda-platform/aws-lambda-developer-guide__nodejs-logging_0.txt': {
    events: { lambda: 3, 'lambda-line': 3, text: 10, json: 1 },
    untimed: 14,
    ids: ['request c793869b-ee49-115b-a5b6-4fd21e8dedac'],
    spans: ['execution container:sample'],
    why: 'the first dump ends with dots and is no JSON; the trace id of REPORT has xmpl in it',
  },
  'lambda-platform/datadog-serverless-functions__messages.json': {
    events: { text: 9, lambda: 5 },
    untimed: 8,
    ids: [
      'request 7c9567b5-107b-4a6c-8798-0157ac21db52',
      'request 814ba7cb-071e-4181-9a09-fa41db5bccad',
      'request 8edab1f8-7d34-4a8e-a965-15ccbbb78d4c',
      'request fe1467d6-1458-4e20-8e40-9aaa4be7a0f4',
      'trace 1-5d83c0ad-b8eb33a0b1de97d804fac890',
      'trace 1-5d8bba5a-dc2932496a65bab91d2d42d4',
    ],
    spans: ['4 × execution container:sample', ...lone(8)],
    why: 'a REPORT that says it is invalid, and parts of lines: four times and three ids; two REPORTs are of one execution',
  },
  // A command, then a page of GetLogEvents: START, the event, Firehose's answer, END, REPORT.
  'lambda-platform/serverless-patterns__fifo-sns-sqs-lambda-firehose-s3__get-log-events0.txt': {
    events: { text: 1, lambda: 3, 'object/event': 2 },
    untimed: 1,
    ids: [
      'message consumed 03ed01f6-27c6-4560-a3b1-4bd0e9be2f12',
      'message consumed c6e8c718-ed12-5a3b-a27a-9da5ac1f4eef',
      'request 7591fa55-5523-5e8c-8daf-a0e815dd88ac',
      'request called e8ba3831-f8f9-c7b5-b207-793f448d317e',
    ],
    spans: [
      'delivery queue:fifo-sns-sqs-lambda-firehose-s3-queue-<YOUR-DEPLOYMENT-ID>.fifo',
      'delivery topic:fifo-sns-sqs-lambda-firehose-s3-topic-<YOUR-DEPLOYMENT-ID>.fifo',
      'event container:sample',
      'execution container:sample',
    ],
    links: [
      'delivery queue:fifo-sns-sqs-lambda-firehose-s3-queue-<YOUR-DEPLOYMENT-ID>.fifo -> execution container:sample (span-parent)',
      'delivery topic:fifo-sns-sqs-lambda-firehose-s3-topic-<YOUR-DEPLOYMENT-ID>.fifo -> delivery queue:fifo-sns-sqs-lambda-firehose-s3-queue-<YOUR-DEPLOYMENT-ID>.fifo (span-parent)',
    ],
    why: 'the command is no log line',
  },
  // A page of a guide: a sentence, the console, a heading and a list.
  'lambda-platform/serverless-patterns__msk-lambda-iam-go-sam__sam-local0.txt': {
    events: { text: 28, lambda: 3 },
    untimed: 31,
    ids: ['request ec2a36a6-5b5e-40c8-bff6-e6237babd613'],
    spans: ['3 × event container:sample', 'execution container:sample'],
    why: 'the function prints its records with its own words, a name a line: topic, partition and offset are never in one line',
  },
  'lambda-platform/serverless-patterns__sfn-callback-cdk__console0.txt': {
    events: { text: 6, json: 1 },
    untimed: 7,
    spans: lone(2),
    why: "the console is copied with an indentation, and a line of the platform counts at the line's start only: user text may hold the same words",
  },
  'lambda-platform/serverless-patterns__sqs-lambda-cdk-python__get-log-events0.json': {
    events: { lambda: 3, text: 1, 'json/event': 1 },
    ids: ['message consumed e9671b5f-06d2-413d-98ef-8654e551936c', 'request bd3f036b-3bf1-5300-8b05-595cf662119c'],
    spans: ['delivery queue:SqsLambdaCdkStack-MyQueueE6CA6235-1F31KU17V75YB', 'execution container:sample'],
    links: ['delivery queue:SqsLambdaCdkStack-MyQueueE6CA6235-1F31KU17V75YB -> execution container:sample (span-parent)'],
    why: 'words: Lambda function invoked',
  },
  'lambda-platform/serverless-patterns__sqs-lambda-eb-cdk-python__get-log-events0.json': {
    events: { lambda: 3, text: 15, 'json/event': 1 },
    ids: ['event consumed dc17d87c-1f64-f72e-44df-20a7fe0dbe1e', 'request 3fd21ffd-4a8b-4d08-9435-89717282b90a'],
    spans: ['delivery bus:default', 'execution container:sample'],
    links: ['delivery bus:default -> execution container:sample (span-parent)'],
    why: 'words of the function; it takes messages from a queue itself and prints none of their ids',
  },
}

const telemetry = (...nths: number[]): string[] => nths.map((nth) => `lambda-telemetry-api/aws-lambda-developer-guide__${String(nth).padStart(2, '0')}.json`)
const EXECUTION: Sample = {
  events: { 'lambda-json': 1 },
  ids: ['request 6d68ca91-49c9-448d-89b8-7ca3e6dc66aa', 'trace 1-62e900b2-710d76f009d6e7785905449a'],
  spans: ['execution container:sample'],
}

const TELEMETRY: Samples = {
  // initStart, initReport, extension, telemetrySubscription, logsDropped.
  ...each(telemetry(0, 2, 6, 7, 8), { events: { 'lambda-json': 1 }, spans: lone(1) }),
  ...each(telemetry(3, 4), EXECUTION),
  ...each(telemetry(9, 10), { events: { telemetry: 1 }, spans: lone(1) }),
  // Members of a record without it: metrics, a span, the tracing.
  ...each(telemetry(11, 12, 13, 14, 15), { events: { json: 1 }, untimed: 1, spans: lone(1), why: 'a part of a record: nothing says of which' }),
  // A comma is missing: the value's lines, and the object inside it that is whole.
  ...each(telemetry(1), { events: { text: 10, json: 1 }, untimed: 11, spans: lone(2), why: 'no JSON: a comma is missing in the guide' }),
  // A comma too many: one dump of 14 lines.
  ...each(telemetry(5), { events: { text: 14 }, untimed: 14, spans: lone(1), why: 'no JSON: a comma too many in the guide' }),
}

export const LAMBDA: Samples = { ...PLATFORM, ...TELEMETRY }
