/** `evaluate`: the links of the running instance against truth. Both are read as streams; what is kept of a link are some 100 bytes. */
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { ExecutionLinks } from '#lib/evaluate/executions'
import { measure, type Measures } from '#lib/evaluate/measure'
import type { ReadTruth } from '#lib/evaluate/truth'
import { linkItem, problem } from '#lib/model/api'
import type { EvaluateCommand } from './arguments'
import type { Context } from './context'
import { evaluationInWords, type Evaluation } from './evaluate-words'
import { askStream, jsonOf } from './http'
import { Failure, findAddress, requireInstance } from './instance'
import { readTruth } from './truth-files'
import { countInWords, problemInWords, reasonOf } from './words'

const end = linkItem.shape.cause.pick({ spanId: true, sourceEventId: true, requestId: true }).extend({ kind: z.string().optional() })
/** What is read of a link. */
const link = linkItem.pick({ tier: true, confidence: true, alternatives: true }).extend({ cause: end, effect: end })

/** Returns the exit code; throws Failure with one line. */
export async function runEvaluate(command: EvaluateCommand, context: Context): Promise<number> {
  const { stdout, stderr, signal, cwd } = context
  const address = findAddress(command.url, context)
  const say = (line: string): void => void stderr.write(`${line}\n`)
  const read = await readTruth(command.truth, cwd)
  const { linking } = await requireInstance(address, signal, say)
  if (linking.pending > 0) say(`${countInWords(linking.pending)} events are not linked yet; the figures are those of now`)
  const { predicted, seen, links } = await readLinks(address, read, signal)
  if (links > 0 && seen === 0)
    throw new Failure(
      `None of the ${countInWords(read.executions.size)} executions of ${command.truth} is among the links: is this the truth of what was imported?`,
    )
  const evaluation = evaluationOf(command, read, { measures: measure(predicted, read.truth, command.threshold), links, seen })
  stdout.write(command.json ? `${JSON.stringify(evaluation)}\n` : evaluationInWords(evaluation))
  const low = lowerThanAsked(command, evaluation.measures)
  for (const words of low) say(words)
  return low.length > 0 ? 1 : 0
}

async function readLinks(address: string, { executions }: ReadTruth, signal: AbortSignal) {
  const links = new ExecutionLinks(executions)
  // 0: for every effect its best candidate too.
  const response = await askStream({ url: `${address}api/v1/links?minConfidence=0`, signal }).catch((error: unknown) => {
    throw signal.aborted ? error : new Failure(`Specter at ${address} does not answer: ${reasonOf(error)}`)
  })
  if (response.statusCode !== 200) {
    const said = problem.safeParse(jsonOf(await textOf(response)))
    throw new Failure(said.success ? problemInWords(said.data) : `Specter at ${address} answered ${response.statusCode ?? 0}`)
  }
  try {
    for await (const line of createInterface({ input: response, crlfDelay: Infinity })) {
      const parsed = link.safeParse(jsonOf(line))
      if (!parsed.success) throw new Error(`line ${links.taken + 1} is no link`)
      links.add(parsed.data)
    }
    if (!response.complete) throw new Error('the connection was cut')
  } catch (error) {
    throw signal.aborted ? error : new Failure(`The answer broke off after ${countInWords(links.taken)} links: ${reasonOf(error)}`)
  }
  return { ...links.finish(), links: links.taken }
}

function evaluationOf(
  command: EvaluateCommand,
  { truth, executions, sampled }: ReadTruth,
  found: { measures: Measures; links: number; seen: number },
): Evaluation {
  return {
    threshold: command.threshold,
    truth: { links: truth.links.length, roots: truth.roots.length, executions: executions.size, sampledRows: sampled },
    instance: { links: found.links, executionsSeen: found.seen },
    measures: found.measures,
  }
}

function lowerThanAsked({ minPrecision, minRecall }: EvaluateCommand, { precision, recall }: Measures): string[] {
  const low = (name: string, is: number, least: number | undefined): string[] =>
    least === undefined || is >= least ? [] : [`${name} is ${Number.isNaN(is) ? 'not known' : is.toFixed(4)}, lower than ${least}`]
  return [...low('precision', precision, minPrecision), ...low('recall', recall, minRecall)]
}

async function textOf(chunks: AsyncIterable<Buffer>): Promise<string> {
  const all: Buffer[] = []
  for await (const chunk of chunks) all.push(chunk)
  return Buffer.concat(all).toString()
}
