/** OTLP, Zipkin and Jaeger. Counts of the two long files: distinct (id, half), as Zipkin merges what several reports say of one span. */
import type { Sample, Samples } from './sample'

const span = (service: string, trace: string): Sample => ({ events: { otlp: 1 }, ids: [`trace ${trace}`], spans: [`span container:${service}`] })
const id = (end: string): string => end.padStart(32, '0')

/** Jaeger's fixtures in OTLP/JSON with one span: name of the file, service, end of the trace id. */
const JAEGER: [file: string, service: string, trace: string][] = [
  ['default', 'query11', '227'], ['dur_trace', 'query09', '9'], ['link_attributes_trace', 'query25', '226'], ['log_tags_trace', 'query02', '2'],
  ['max_dur_trace', 'query10', '10'], ['multi_spot_tags_trace', 'query04', '4'], ['multiple1_trace', 'query22', '221'],
  ['multiple2_trace', 'query22', '222'], ['multiple3_trace', 'query22', '223'], ['multispottag_dur_trace', 'query20', '20'],
  ['multispottag_maxdur_trace', 'query21', '21'], ['multispottag_opname_dur_trace', 'query19', '19'],
  ['multispottag_opname_maxdur_trace', 'query18', '18'], ['multispottag_opname_trace', 'query17', '17'], ['opname_dur_trace', 'query08', '8'],
  ['opname_trace', 'query06', '6'], ['process_tags_trace', 'query03', '3'], ['scope_attributes_trace', 'query24', '225'],
  ['scope_name_version_trace', 'query23', '224'], ['span_tags_trace', 'query01', '1'], ['tags_dur_trace', 'query15', '15'],
  ['tags_escaped_operator_trace_1', 'query23', '512'], ['tags_escaped_operator_trace_2', 'query23', '5912'], ['tags_maxdur_trace', 'query16', '16'],
  ['tags_opname_dur_trace', 'query14', '14'], ['tags_opname_maxdur_trace', 'query13', '13'], ['tags_opname_trace', 'query12', '12'],
  ['tags_wildcard_regex_1', 'query24', 'a12'], ['tags_wildcard_regex_2', 'query24', '1212'],
] // prettier-ignore

export const TRACES: Samples = {
  ...Object.fromEntries(JAEGER.map(([file, service, trace]) => [`jaeger/jaeger__${file}.json`, span(`${service}-service`, id(trace))])),
  'jaeger/jaeger__example_trace.json': {
    events: { otlp: 5 },
    ids: [`trace ${id('11')}`],
    spans: ['3 × span container:example-service-1', 'span container:example-service-2', 'span container:example-service-3'],
    why: 'no span names a parent',
  },
  'jaeger/jaeger__multi_index_trace.json': { events: { otlp: 2 }, ids: [`trace ${id('5')}`], spans: ['2 × span container:query05-service'] },
  'jaeger/jaeger__opname_maxdur_trace.json': {
    events: { otlp: 2 },
    ids: [`trace ${id('7')}`],
    spans: ['2 × span container:query07-service'],
    links: ['span container:query07-service -> span container:query07-service (span-parent)'],
  },
  'jaeger/jaeger__trace_success.json': {
    events: { jaeger: 2 },
    ids: [`trace ${id('2be38093ead7a083')}`],
    spans: ['span container:16af988c443cff37', 'span container:3c220036602f839e'],
    links: ['span container:16af988c443cff37 -> span container:3c220036602f839e (span-parent)'],
    why: 'the first span has a parent that is not in the file',
  },

  'otlp/opentelemetry-proto__events.json': { events: { otlp: 1 }, spans: ['event container:my.service'] },
  'otlp/opentelemetry-proto__logs.json': {
    events: { otlp: 1 },
    ids: ['trace 5b8efff798038103d269b633813fc60c'],
    spans: ['event container:my.service'],
  },
  'otlp/opentelemetry-proto__trace.json': {
    events: { otlp: 1 },
    ids: ['trace 5b8efff798038103d269b633813fc60c'],
    spans: ['span container:my.service'],
    why: 'its parent is not in the file',
  },
  'otlp/opentelemetry-proto__metrics.json': {
    events: { json: 1 },
    untimed: 1,
    spans: ['event container:sample'],
    why: 'metrics; on the door for OTLP they are answered with partial success (samples.test.ts), on this one they are a document like any',
  },
  'otlp/fluent-bit__logs.json': {
    events: { json: 1 },
    untimed: 1,
    spans: ['event container:sample'],
    why: "a map of test cases, with requests as members of it; each case goes through the door by itself in samples.test.ts",
  },
  'otlp/fluent-bit__opentelemetry__traces.json': {
    events: { json: 1 },
    untimed: 1,
    spans: ['event container:sample'],
    why: "a map of test cases, with requests as members of it; each case goes through the door by itself in samples.test.ts",
  },

  'zipkin/zipkin__envoy.json': { events: { zipkin: 1 }, ids: [`trace ${id('978883983d506fa5')}`], spans: ['span container:sample'], why: 'names no service' },
  'zipkin/zipkin__skew.json': {
    events: { zipkin: 4 },
    ids: [`trace ${id('1e223ff1f80f1c69')}`],
    spans: ['2 × span container:servicea', '2 × span container:serviceb'],
    links: [
      'span container:servicea -> span container:servicea (span-parent)',
      'span container:servicea -> span container:serviceb (span-call)',
      'span container:serviceb -> span container:serviceb (span-parent)',
    ],
  },
  'zipkin/zipkin__simple-db-p6.json': {
    events: { zipkin: 5 },
    ids: [`trace ${id('19f84f102048e047')}`],
    spans: ['5 × span container:bootifulmeters'],
    links: ['4 × span container:bootifulmeters -> span container:bootifulmeters (span-parent)'],
  },
  'zipkin/zipkin__ascend.json': {
    events: { zipkin: 8 },
    ids: [`trace ${id('ef86c83c0a05a6d6')}`],
    spans: ['2 × span container:auth-service', '3 × span container:content-service', '3 × span container:mobile-gateway'],
    links: [
      '2 × span container:content-service -> span container:content-service (span-parent)',
      '2 × span container:mobile-gateway -> span container:mobile-gateway (span-parent)',
      'span container:auth-service -> span container:auth-service (span-parent)',
      'span container:mobile-gateway -> span container:auth-service (span-call)',
      'span container:mobile-gateway -> span container:content-service (span-call)',
    ],
  },
  'zipkin/zipkin__messaging.json': {
    events: { zipkin: 4 },
    ids: ['trace 1-5aab74db-b904746bb33447baae403ed6'],
    spans: ['2 × span container:backend', '2 × span container:frontend', 'delivery queue:backend'],
    links: [
      'delivery queue:backend -> span container:backend (span-parent)',
      'span container:backend -> span container:backend (span-parent)',
      'span container:frontend -> delivery queue:backend (span-parent)',
      'span container:frontend -> span container:frontend (span-parent)',
    ],
  },
  'zipkin/zipkin__messaging2.json': {
    events: { zipkin: 11 },
    ids: [`trace ${id('d1a94ebc9256244')}`],
    spans: [
      '2 × span container:auth-service',
      '2 × span container:mobile-gateway',
      '2 × span container:notification-service',
      '5 × span container:transfer-service',
      'delivery queue:notification',
    ],
    links: [
      'delivery queue:notification -> span container:notification-service (span-parent)',
      'span container:auth-service -> span container:auth-service (span-parent)',
      'span container:mobile-gateway -> span container:auth-service (span-parent)',
      'span container:mobile-gateway -> span container:mobile-gateway (span-parent)',
      'span container:notification-service -> span container:notification-service (span-parent)',
    ],
    why: 'five spans name parents that are not in the file',
  },
  'zipkin/zipkin__yelp.json': {
    events: { zipkin: 16 },
    ids: [`trace ${id('a03ee8fff1dcd9b9')}`],
    spans: [
      '5 × span container:mobile_api',
      '7 × span container:yelp-main',
      'span container:routing',
      'span container:sample',
      'span container:spectre',
      'span container:yelp_main/api_proxy',
    ],
    links: 15,
    why: 'one service calls itself unknown',
  },
  // Six of its consumers take from a topic; the seventh goes on with what a consumer has taken.
  'zipkin/zipkin__messaging-kafka.json': {
    events: { zipkin: 28 },
    ids: [`trace ${id('562809467078eab')}`],
    spans: ['22 × span container:servicea', '6 × delivery topic:messages', '6 × span container:serviceb'],
    links: 33,
  },
  'zipkin/zipkin__smartthings-oauth-authorization.json': {
    events: { zipkin: 175 },
    ids: [`trace ${id('8ce82b2e9ed820ba')}`],
    spans: [
      '17 × span container:stlogin', '2 × span container:bouncer', '5 × span container:account', '65 × span container:datamgmt',
      '7 × span container:pusher', '73 × span container:auth', 'span container:dove', 'span container:paperboy',
    ],
    links: 170,
  },
  // 84 reports are late annotations of a span that others reported; the root has no parent.
  'zipkin/zipkin__smartthings-mobile-web-install.json': { events: { zipkin: 1041 }, untimed: 84, ids: [`trace ${id('14b60fd9ae504820')}`], spans: 953, links: 952 },
} // prettier-ignore
