/** AWS services' own logs, subscription payloads, Firehose's protocol and X-Ray, as files and as a guide shows them. */
import { each, lone, type Sample, type Samples } from './sample'

const guideText = (lines: number, spans: number, why: string, more: object = {}): Sample => ({
  events: { text: lines },
  untimed: lines,
  spans: lone(spans),
  why,
  ...more,
})
const TEMPLATE = 'a template of a format, with names where values will be: not a record'
const gateway = (name: string): string => `apigateway-access/amazon-api-gateway-developer-guide__${name}.txt`
const firehose = (nth: number): string => `firehose-http/amazon-kinesis-data-firehose-developer-guide__block_0${nth}.txt`
const datadog = (name: string): string => `cloudwatch-subscription/datadog-serverless-functions__${name}.json`

const ALB_ROOTS = ['58337262-36d228ad5d99923122bbe354', '58337281-1d84f3d73c47ec4e58577259', '58337327-72bd00b0343d75b906739c42', '6449814a-01d4cd3e280010e00ac46641', '6449814b-6c50fc2a5aa7d12e119d3a89', '6449814c-3732e31f4ef8997027ce7ece', '64498154-416a2e644a6c9c7a45da7e4e'] // prettier-ignore
const rooted = (roots: string[]): string[] => roots.flatMap((root) => [`request self Root=1-${root}`, `trace 1-${root}`]).sort()

const SERVICES: Samples = {
  // 14 lines, 12 of one load balancer. Seven traces that are whole; the tenth line's lacks its second hyphen.
  'alb-elb/hub__aws-alb-logs.log': {
    events: { elb: 14 },
    ids: rooted(ALB_ROOTS),
    spans: ['12 × request gateway:546213e5-apiexamplecom-api-94aa', '2 × request gateway:my-loadbalancer'],
  },
  'alb-elb/lambda-promtail__albaccesslog.log.gz': {
    events: { elb: 2 },
    ids: rooted(['638f7ef8-1e68129e21ae504b7de0da3b', '638f7efb-70296a81055f363c18df33b6']),
    spans: ['2 × request gateway:lb'],
  },
  'alb-elb/lambda-promtail__nlbaccesslog.log.gz': { events: { elb: 2 }, spans: ['2 × request gateway:my-network-loadbalancer'] },
  // The two lines are of one request.
  'cloudfront/hub__aws-cloudfront-logs.log': {
    events: { cloudfront: 2 },
    ids: ['request self 375WZmnR4hhhnlZKNn0D_LvkWhAqvWvBsUqySq8f_GOoAPP3k8R8fw=='],
    spans: ['request gateway:d6rcaj0q1hys9.cloudfront.net'],
  },
  'cloudfront/lambda-promtail__cloudfront.log.gz': {
    events: { 'w3c-header': 2, cloudfront: 2 },
    untimed: 2,
    ids: ['request self j27xlCEOFLcm8nuaEUKwPB3gdvSA57PThUmTMrL45G15xr47qfQAvg==', 'request self vKIiZi4-0_M3vVWN37wUKhQ3GSHWUnWIDXuZV1sHp-Xun2lLWNrwyB=='],
    spans: ['2 × event container:sample', '2 × request gateway:d3u2vxofoa42t1.cloudfront.net'],
  },
  'cloudtrail/hub__aws-cloudtrail.log': {
    events: { cloudtrail: 2 },
    spans: ['event external:signin', 'event external:sts'],
    why: 'every id is taken out of the file: <eventid>, <request-i>',
  },
  'cloudtrail/lambda-promtail__cloudtrail-log-file.json.gz': {
    events: { cloudtrail: 2 },
    ids: ['request self a8682e50-4336-4d0b-a833-af035209b091', 'request self dbfd5a4b-c83d-4ff9-8ece-e66f49e66065'],
    spans: ['request external:ecr', 'request external:sts'],
  },
  'vpc-flow-waf-s3/lambda-promtail__s3accesslog.log': {
    events: { 's3-access': 1 },
    ids: ['request self 3E57427F3EXAMPLE'],
    spans: ['request bucket:amzn-s3-demo-bucket1'],
  },
  'vpc-flow-waf-s3/lambda-promtail__vpcflowlog.log.gz': { events: { 'vpc-flow': 4 }, untimed: 1, spans: ['3 × event external:sample', ...lone(1)] },
  'vpc-flow-waf-s3/lambda-promtail__waflog.log.gz': {
    events: { waf: 1 },
    ids: ['request parent Root=1-64f01dc6-7d2deb5d54820c4d7284912a', 'trace 1-64f01dc6-7d2deb5d54820c4d7284912a'],
    spans: ['request external:WAF TEST-WEBACL'],
  },
  // Quotes inside the input are not escaped in the fixture, and a name begins with a comma: the ids are read all the same.
  'step-functions/datadog-serverless-functions__step_functions_log.json': {
    events: { 'step-functions-broken': 1 },
    ids: [
      'execution self arn:aws:states:sa-east-1:425362996713:express:logs-to-traces-sequential:d0dbefd8-a0f6-b402-da4c-f4863def7456:7fa0cfbe-be28-4a20-9875-73c37f5dc39e',
    ],
    spans: ['execution workflow:logs-to-traces-sequential'],
  },
}

const GUIDES: Samples = {
  [gateway('http-api-logging_0')]: guideText(3, 1, 'a command over three lines', { events: { text: 2, object: 1 } }),
  ...each([gateway('http-api-logging_1'), gateway('http-api-logging_3'), gateway('http-api-logging_4')], guideText(1, 1, TEMPLATE)),
  [gateway('http-api-logging_2')]: { events: { json: 1 }, untimed: 1, spans: lone(1), why: TEMPLATE },
  [gateway('set-up-logging_0')]: guideText(4, 1, TEMPLATE),
  [gateway('set-up-logging_1')]: guideText(11, 1, `${TEMPLATE}; its first line begins like JSON and goes on after a backslash`, {
    refused: { invalid_json: 1 },
  }),
  [gateway('set-up-logging_2')]: guideText(12, 1, TEMPLATE),
  [gateway('set-up-logging_3')]: guideText(4, 1, TEMPLATE),
  [gateway('set-up-logging_4')]: guideText(21, 1, 'a template of CloudFormation'),
  [firehose(0)]: guideText(11, 2, 'a schema: one line, and a tree of ten'),
  [firehose(1)]: guideText(4, 1, 'a member of a request: four lines, each deeper or a bracket'),
  [firehose(2)]: guideText(40, 6, 'a schema of six names'),
  [firehose(4)]: guideText(28, 6, 'a schema of six names'),
  // A comma is missing: the lines of the value, and its two records that are whole.
  [firehose(3)]: { events: { text: 6, json: 2 }, untimed: 8, spans: lone(3), why: 'no JSON; on the door for Firehose the request is refused as a whole' },
  // Two headings and the two answers, which have a time.
  [firehose(5)]: { events: { text: 2, json: 2 }, untimed: 2, spans: lone(4), why: 'headings of a guide' },
  [firehose(6)]: { events: { json: 1 }, spans: lone(1), why: 'the guide shows the data unpacked; as such it is no request' },
}

const DATADOG_EXECUTION: Sample = {
  // Two of the runtime's levels with an object behind a bracket ten times, with words four times; three objects of their own; END, REPORT.
  events: { 'lambda-line/object': 10, 'lambda-line': 4, json: 3, lambda: 2 },
  ids: ['request f08bb4c8-d6b2-4f05-ac17-af7e2ba005fb', 'trace 1-5e61292c-cc1229a4dfbeae1043928548'],
  spans: ['execution function:hello-dog-node-dev-hello12x'],
}

const SUBSCRIPTIONS: Samples = {
  [datadog('cloudwatch_log')]: { events: { text: 2 }, spans: ['2 × event container:testLogGroup'], why: 'words behind a level' },
  // The third and the fourth event are one call, delivered twice.
  [datadog('cloudwatch_log_cloudtrail')]: {
    events: { cloudtrail: 4 },
    ids: [
      'request self 149d9263-2a7a-4e79-b97e-07642b95b0ee',
      'request self 8fdf17f5-1887-4008-88ee-96da7b039924',
      'request self f0cd8b48-77ce-4432-b458-478424f38a38',
    ],
    spans: ['2 × request external:logs', 'request external:health'],
  },
  [datadog('cloudwatch_log_coldstart')]: {
    events: { lambda: 3 },
    ids: ['request db275f87-a934-471a-8980-b63bf4dc1beb'],
    spans: ['execution function:storms-cloudwatch-event'],
  },
  [datadog('cloudwatch_log_timeout')]: {
    events: { lambda: 4 },
    ids: ['request 7c9567b5-107b-4a6c-8798-0157ac21db52'],
    spans: ['execution function:storms-cloudwatch-event'],
  },
  [datadog('cloudwatch_log_lambda_invocation')]: DATADOG_EXECUTION,
  [datadog('cloudwatch_logs')]: DATADOG_EXECUTION,
  ...each([datadog('cloudwatch_log_custom_tags'), datadog('cloudwatch_log_service_tag')], { events: { json: 1 }, spans: ['event container:testLogGroup'] }),
  [datadog('cloudwatch_logs_2')]: { events: { json: 1 }, spans: ['event container:cluster'] },
  [datadog('cloudwatch_logs_ddtags')]: { events: { json: 1 }, spans: ['event function:testing-datadog'] },
}

export const AWS: Samples = { ...SERVICES, ...GUIDES, ...SUBSCRIPTIONS }
