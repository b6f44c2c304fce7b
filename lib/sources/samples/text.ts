/** Databases, web servers, syslog, and lines that are several. */
import { each, lone, type Samples } from './sample'

const JAVA = 'the exception and its five frames are one entry of six lines'

export const TEXT: Samples = {
  'postgres-rds/hub__pgsql-logs.log': { events: { postgres: 6 }, spans: lone(6) },
  'postgres-rds/hub__supabase-docker-pgsql-logs.log': { events: { postgres: 3 }, spans: lone(3) },
  'text-servers/hub__apache2-logs.log': { events: { 'access-line': 7, 'server-error': 2 }, spans: lone(9) },
  'text-servers/hub__2_apache2-logs.log': { events: { 'access-line': 11 }, spans: lone(11) },
  'text-servers/hub__nginx_http-logs.log': {
    events: { 'access-line': 7, text: 1, 'server-error': 1 },
    spans: lone(9),
    why: 'one line lacks the column of the user, so it is no common log format; its time is read',
  },
  'text-servers/hub__2_nginx_http-logs.log': { events: { 'access-line': 12 }, spans: lone(12) },
  'text-servers/hub__caddy-logs.log': { events: { json: 11 }, spans: lone(11) },
  'text-servers/hub__haproxy-logs.log': { events: { haproxy: 5 }, spans: lone(5) },
  'text-servers/hub__mongodb-logs.log': { events: { json: 2 }, spans: lone(2) },
  'text-servers/hub__mysql-logs.log': { events: { mysql: 4 }, spans: lone(4) },
  'text-servers/hub__pfsense-rfc5424-nginx.log': { events: { 'syslog/server-error': 1 }, spans: lone(1) },
  'text-servers/hub__syslog-logs.log': { events: { syslog: 3 }, spans: lone(3), why: 'three equal lines are three events' },

  'text-multiline/fluent-bit__regex-001__test.log': {
    events: { text: 7, syslog: 1 },
    untimed: 7,
    spans: lone(3),
    why: `${JAVA}; the other two are words`,
  },
  // Lone lines: 1 single line, 2 the exception, 3 another line, 4 the panic with all its goroutines, 5 one more line.
  'text-multiline/fluent-bit__filter_multiline__test.log': {
    events: { text: 55, syslog: 1 },
    untimed: 55,
    spans: lone(5),
    why: `${JAVA}; Go's panic and its four goroutines are another of 47; the other three are words`,
  },
  'text-multiline/fluent-bit__bug342.json': { events: { json: 240 }, untimed: 240, spans: lone(240) },
  // An array: its first element is a number, its second an object whose `date` is given twice; the last one counts, 1059113640.
  'text-multiline/fluent-bit__dup_keys_in.json': { events: { text: 1, json: 1 }, untimed: 1, spans: lone(2), why: 'a number has no words' },
  'text-multiline/fluent-bit__dup_keys_out.json': { events: { json: 1 }, spans: lone(1) },
  ...each(['text-multiline/fluent-bit__json_single_map_001.json', 'text-multiline/fluent-bit__json_single_map_002.json'], {
    events: { json: 1 },
    untimed: 1,
    spans: lone(1),
  }),
  // Three lines with something in them and an indented one, which goes on with the first.
  'text-multiline/fluent-bit__mixed_002.txt': { events: { text: 4 }, untimed: 4, spans: lone(3), why: 'words' },
  ...each(
    [
      'mixed_001.txt', 'mixed_003.txt', 'utf8_bell.txt', 'utf8_copyright.txt', 'utf8_hokke.txt', 'utf8_relaxed.txt',
      'mixed_001.json', 'mixed_002.json', 'mixed_003.json', 'utf8_bell.json', 'utf8_copyright.json', 'utf8_hokke.json', 'utf8_relaxed.json',
    ].map((name) => `text-multiline/fluent-bit__${name}`),
    { events: { text: 1 }, untimed: 1, spans: lone(1), why: 'one string of a few signs, in JSON with escapes or bare' },
  ), // prettier-ignore
}
