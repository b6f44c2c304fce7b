import type { SystemDefinition } from './runtime/platform'
import type { Load } from './traffic'

/**
 * Faults that can be switched on by name. Each changes code (another version of a module: handlers/<module>.<fault>.ts),
 * set-up or load, and nothing of what is logged about it.
 */
export interface Fault {
  /** For whoever records, not for whoever looks. */
  what: string
  apply(definition: SystemDefinition, load: Load): void
}

function settingsOf<T extends { name: string }>(list: T[], name: string): T {
  const settings = list.find((candidate) => candidate.name === name)
  if (settings === undefined) throw new Error(`there is no ${name}`)
  return settings
}

const slowProvider = (definition: SystemDefinition, medianMs: number): void => {
  const usual = definition.externals['psp.example']
  if (usual === undefined) throw new Error('there is no psp.example')
  definition.externals['psp.example'] = (request, now, random) => ({ ...usual(request, now, random), latencyMs: random.around(medianMs, 0.6) })
}

export const FAULTS: Record<string, Fault> = {
  'duplicate-charge': {
    what: 'payment asks for an earlier charge before it calls the provider instead of claiming the order; events come twice more often',
    apply(definition) {
      definition.variants.push('duplicate-charge')
      definition.rates = { ...definition.rates, asyncDuplicate: 0.03 }
    },
  },
  'lost-event': {
    what: 'the order worker takes an announcement that was not accepted for done',
    apply(definition) {
      definition.variants.push('lost-event')
      definition.rates = { ...definition.rates, entryFailure: 0.02 }
    },
  },
  'reordered-updates': {
    what: 'the refresher stores a batch all at once and lets an older offer replace a newer one; the sync saves twice in a row',
    apply(definition, load) {
      definition.variants.push('reordered-updates')
      load.syncSavesTwice = true
    },
  },
  'poisoned-key': {
    what: 'gift cards are sold that the warehouse has no shelf for: the whole batch around one fails',
    apply(_definition, load) {
      load.giftCardsPerDay = Math.max(load.giftCardsPerDay, 24)
    },
  },
  'slow-dependency': {
    what: 'the payment provider takes seconds, and now and then longer than payment may run',
    apply: (definition) => slowProvider(definition, 4_200),
  },
  'throttled-retry': {
    what: 'payment may run once at a time: events wait, are throttled and come late',
    apply(definition) {
      settingsOf(definition.functions, 'shop-payment').reservedConcurrency = 1
      slowProvider(definition, 2_500)
    },
  },
  'version-skew': {
    what: 'a quarter of the checkouts run a version whose order message the order worker does not know yet',
    apply(definition) {
      definition.rollouts.push({ function: 'shop-checkout', share: 0.25, variants: ['version-skew'] })
    },
  },
  'cold-start-timeout': {
    what: 'the mailer fetches all templates in the first mail of a sandbox and runs out of time',
    apply(definition) {
      definition.variants.push('cold-start-timeout')
    },
  },
  'short-visibility': {
    what: 'orders come back into sight while the postal service is still being waited for',
    apply(definition) {
      settingsOf(definition.queues, 'shop-orders').visibilityTimeoutMs = 2_500
      definition.externals['postal.example'] = (_request, _now, random) => ({ latencyMs: random.around(1_700, 0.4), status: 200, body: { deliverable: true } })
    },
  },
}

export function applyFaults(names: readonly string[], definition: SystemDefinition, load: Load): void {
  for (const name of names) {
    const fault = FAULTS[name]
    if (fault === undefined) throw new Error(`There is no fault "${name}". Known: ${Object.keys(FAULTS).join(', ')}`)
    fault.apply(definition, load)
  }
}
