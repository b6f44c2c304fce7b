/** Events as functions get them, each delivered as a line of NAME: whoever logs his event logs this. Deliveries with their ids, and the caller's. */
import { each, lone, type Sample, type Samples } from './sample'

const EVENT = { 'json/event': 1 }
const event = (name: string): string => `lambda-events/aws-lambda-go__${name}.json`
const promtail = (name: string): string => `lambda-events/lambda-promtail__${name}.json`
/** One delivery of each, in the order of the way to the function. */
const delivered = (ids: string[], ...way: string[]): Sample => ({
  events: EVENT,
  untimed: 1,
  ids,
  spans: [...way.map((service) => `delivery ${service}`).sort(), ...lone(1)],
  links: way
    .map((service, i) => `delivery ${service} -> ${way[i + 1] === undefined ? 'event container:sample' : `delivery ${way[i + 1]}`} (span-parent)`)
    .sort(),
})
const called = (...ids: string[]): Sample => ({ events: EVENT, untimed: 1, ids, spans: lone(1) })
const plain = (why: string): Sample => ({ events: { json: 1 }, untimed: 1, spans: lone(1), why })

/** Two records of Kinesis in one event. */
const KINESIS: Sample = {
  events: EVENT,
  untimed: 1,
  ids: [
    'position consumed shardId-000000000000:49568167373333333333333333333333333333333333333333333333',
    'position consumed shardId-000000000000:49568167373333333334444444444444444444444444444444444444',
  ],
  spans: ['2 × delivery stream:simple-stream', ...lone(1)],
  links: ['2 × delivery stream:simple-stream -> event container:sample (span-parent)'],
}

export const EVENTS: Samples = {
  [event('alb-lambda-target-request-headers-only')]: called(
    'request parent Root=1-5c34e93e-4dea0086f9763ac0667b115a',
    'trace 1-5c34e93e-4dea0086f9763ac0667b115a',
  ),
  [event('alb-lambda-target-request-multivalue-headers')]: called(
    'request parent Root=1-5c34e7d4-00ca239424b68028d4c56d68',
    'trace 1-5c34e7d4-00ca239424b68028d4c56d68',
  ),
  [event('apigw-request')]: called('request parent TWegAcC4EowCHnA=', 'request parent deef4878-7910-11e6-8f14-25afc3e9ae33'),
  [event('apigw-websocket-request')]: called('request parent TWegAcC4EowCHnA=', 'request parent deef4878-7910-11e6-8f14-25afc3e9ae33'),
  [event('apigw-websocket-request-disconnect')]: called('request parent R1koeHsUtjMFbRw='),
  [event('apigw-websocket-request-send-message')]: called('request parent R1knPH17NjMFftw='),
  [event('apigw-v2-request-no-authorizer')]: called('request parent LV7fzho-PHcEJPw=', 'trace 1-5e9f0c65-1de4d666d4dd26aced652b6c'),
  [event('appsync-lambda-auth-request')]: called('request parent f4081827-1111-4444-5555-5cf4695f339f'),
  ...each(['apigw-v2-request-iam', 'apigw-v2-request-jwt-authorizer', 'apigw-v2-request-lambda-authorizer', 'lambda-urls-request'].map(event), plain('the request id in the fixture is the word id')), // prettier-ignore
  [event('appsync-identity-cognito')]: plain('the identity of an event, without the event'),
  [event('appsync-identity-iam')]: plain('the identity of an event, without the event'),
  [event('appsync-lambda-auth-response')]: plain('an answer without an id'),

  ...each([event('cloudwatch-alarm-sns-payload-multiple-metrics'), event('cloudwatch-alarm-sns-payload-single-metric'), event('sns-event'), promtail('sns-event')], delivered(['message consumed 95df01b4-ee98-5cb9-9903-4c221d41eb5e'], 'topic:arn:aws:sns:EXAMPLE')), // prettier-ignore
  ...each([event('sqs-event'), promtail('sqs-event')], delivered(['message consumed MessageID_1'], 'queue:SQSQueue')),
  'lambda-events/datadog-serverless-functions__sqs_s3.json': delivered(
    ['message consumed 059f36b4-87a3-44ab-83d2-661975830a7d'],
    'bucket:my-bucket',
    'queue:my-queue',
  ),
  'lambda-events/datadog-serverless-functions__sqs_sns_s3.json': delivered(
    ['message consumed 059f36b4-87a3-44ab-83d2-661975830a7d', 'message consumed a1b2c3d4-e5f6-7890-abcd-ef1234567890'],
    'bucket:my-bucket',
    'topic:my-topic',
    'queue:my-queue',
  ),
  ...each([event('s3-event'), event('s3-event-with-decoded'), promtail('s3-event')], delivered(['request consumed C3D13FE58DE4C810'], 'bucket:sourcebucket')),
  [promtail('s3-event-generated-tags')]: delivered(['request consumed C3D13FE58DE4C810'], 'bucket:aws-landing-zone-logs-000000000000-eu-central-1'),
  [promtail('eventbridge-s3-event')]: {
    ...delivered(['event consumed 52f34d1b-bd8e-5a96-4e0a-0343037b0e63', 'request consumed VHS8EE09Q94HJZDZ'], 'bucket:bucket', 'bus:default'),
    untimed: 0,
  },
  [promtail('s3-test-event')]: plain('what a bucket sends to try its notification: no object, and a request that nobody made'),
  [event('kafka-event')]: delivered(['position consumed AWSKafkaTopic-0@0'], 'topic:AWSKafkaTopic'),
  ...each([event('kinesis-event'), promtail('kinesis-event')], KINESIS),
  [event('kinesis-firehose-event')]: {
    events: EVENT,
    untimed: 1,
    ids: [
      'position consumed shardId-000000000000:49546986683135544286507457936321625675700192471156785154',
      'position consumed shardId-000000000001:49546986683135544286507457936321625675700192471156785155',
    ],
    spans: ['2 × delivery stream:test', ...lone(1)],
    links: ['2 × delivery stream:test -> event container:sample (span-parent)'],
  },
  // Three records, of which two have an id.
  [event('dynamodb-event')]: {
    events: EVENT,
    untimed: 1,
    ids: ['position consumed f07f8ca4b0b26cb9c4e5e77e42f274ee', 'position consumed f07f8ca4b0b26cb9c4e5e77e69f274ee'],
    spans: ['2 × delivery stream:Example-Table', ...lone(1)],
    links: ['2 × delivery stream:Example-Table -> event container:sample (span-parent)'],
  },
  [event('dynamodb-time-window-event')]: plain('the ids in the fixture are 1, 2 and 3'),
  [event('rabbitmq-event')]: plain('its message has neither id nor position'),
  [event('ses-sns-event')]: plain('the id of a mail that came from outside'),
  ...each([event('cloudwatch-logs-event'), promtail('cloudwatch-logs-event')], {
    events: { text: 2 },
    spans: ['2 × event container:testLogGroup'],
    why: 'a packed subscription payload, which is its two lines: words behind a level',
  }),
}
