/** What `--help` says. */
import type { HelpTopic } from './arguments'

const IMPORT = `Usage: bin/specter import FILE… | DIR | - [options]

Stores logs and traces in the running Specter: NDJSON, JSON, text, each also as .gz or in a .zip. What a file is,
its content says. A folder is read with all its subfolders, in order of name; hidden files are left out and named.
- is standard input.

Nothing is stored twice: what is there already counts as duplicate, so after a stop, a crash or a broken connection
the same command goes on. Each file is one delivery: equal lines in it are counted, equal lines in two files of the
same name are taken for the same.

Options:
  --source NAME    source of lines that don't say where they come from
                   (default: the file's name, in a folder or zip with its path there; "stdin" for -)
  --wait           come back only when everything is linked
  --url URL        address of Specter (default: the instance of SPECTER_DATA, else http://HOST:PORT)
  -h, --help       this text

Exit codes: 0 everything is stored, 1 something is not, 2 wrong usage.
`

const EXPORT = `Usage: bin/specter export links|events|transactions [options]

Writes one JSON object a line (NDJSON) to standard output. Without --from and --to: everything.

Options:
  --from TIME, --to TIME    ISO 8601, epoch milliseconds, or relative (-1h, now); from is inclusive, to exclusive.
                            Effect start for links, event time for events, root start for transactions
  --q QUERY                 events and transactions that match, in the language of the search box
  --tier A|B|C|K            links of this tier
  --min-confidence NUMBER   links at or above (default 0.95; 0 adds the best candidate of every effect)
  --url URL                 address of Specter (default: the instance of SPECTER_DATA, else http://HOST:PORT)
  -h, --help                this text

Exit codes: 0 everything is written, 1 something failed, 2 wrong usage.
`

const EVALUATE = `Usage: bin/specter evaluate --truth FILE [options]

Compares the links of the running Specter with what is known to be true, and prints how many are right. FILE is a
folder or a file (also .gz) with one JSON object a line, of one of these forms:
  {requestId, trace, parent, sampled}                     an execution and its parent (null: a root)
  {cause: {exec, requestId?, eventIds}, effect, evidenceLevel, sampled, anyOf?}  and  {root: {exec, …}, tx}
executions.ndjson and transactions.ndjson beside the second form are read too. Sampled transactions are not scored:
the links were learned from them. Queues, topics and whatever else truth doesn't name are passed through.

Options:
  --truth FILE             the truth
  --threshold NUMBER       links below it are not shown (default 0.95)
  --min-precision NUMBER   exit code 1 where precision is lower
  --min-recall NUMBER      exit code 1 where recall is lower
  --json                   all figures as one JSON object
  --url URL                address of Specter (default: the instance of SPECTER_DATA, else http://HOST:PORT)
  -h, --help               this text

Exit codes: 0 scored, 1 something failed or is lower than asked for, 2 wrong usage.
`

const ALL = `Usage: bin/specter COMMAND …

  import FILE… | DIR | -              stores logs and traces
  export links|events|transactions    NDJSON on standard output
  evaluate --truth FILE               how many of the links are right

bin/specter COMMAND --help has the options of a command.
`

export const HELP: Record<HelpTopic, string> = { all: ALL, import: IMPORT, export: EXPORT, evaluate: EVALUATE }
