/**
 * How many calls an account and region bear: quotas of AWS are per account, region and action, so everything that calls one of them shares one
 * bucket. The rate halves when AWS says that it is too much and creeps back with every call that goes through (additive increase,
 * multiplicative decrease), so that several callers of one account, ours or not, settle beside each other.
 */
export interface BucketOptions {
  /** Calls a second at most. */
  ratePerSecond: number
  /** Calls that may be made at once after a pause. */
  burst: number
}

/** Below this nobody would see a sweep end; AWS's own retry mode goes no lower than 0.5. */
const LEAST_SHARE = 0.05
/** 200 calls that go through bring a halved rate back. */
const RECOVERY_SHARE = 1 / 400
/** After the first refusal; doubled for each further one without a call in between that went through. */
const PAUSE_MS = 500
const PAUSE_MAX_MS = 60_000

export class TokenBucket {
  private tokens: number
  private rate: number
  private filledMs: number
  private pausedUntilMs = 0
  private refusals = 0

  constructor(
    private readonly options: BucketOptions,
    nowMs: number,
    private readonly random: () => number,
  ) {
    this.tokens = options.burst
    this.rate = options.ratePerSecond
    this.filledMs = nowMs
  }

  /** Calls a second that are allowed now. */
  get ratePerSecond(): number {
    return this.rate
  }

  /** Takes a token; false where there is none yet. */
  take(nowMs: number): boolean {
    if (this.nextMs(nowMs) > nowMs) return false
    this.tokens -= 1
    return true
  }

  /** When the next token can be taken: now or later, in whole ms. */
  nextMs(nowMs: number): number {
    this.fill(nowMs)
    const filled = this.tokens >= 1 ? nowMs : nowMs + Math.ceil(((1 - this.tokens) / this.rate) * 1000)
    return Math.max(filled, this.pausedUntilMs)
  }

  /** A call went through. */
  accepted(): void {
    this.refusals = 0
    this.rate = Math.min(this.options.ratePerSecond, this.rate + this.options.ratePerSecond * RECOVERY_SHARE)
  }

  /** AWS said that it is too much: half the rate, and a pause with jitter so that callers who were refused together don't return together. */
  refused(nowMs: number): void {
    this.rate = Math.max(this.options.ratePerSecond * LEAST_SHARE, this.rate / 2)
    const pause = Math.min(PAUSE_MAX_MS, PAUSE_MS * 2 ** this.refusals)
    this.refusals = Math.min(this.refusals + 1, 20)
    this.pausedUntilMs = nowMs + Math.ceil(pause * (0.5 + this.random() / 2))
    this.tokens = Math.min(this.tokens, 1)
  }

  private fill(nowMs: number): void {
    // A clock that was set back gives nothing, and takes nothing away.
    const passed = Math.max(0, nowMs - this.filledMs)
    this.tokens = Math.min(this.options.burst, this.tokens + (passed / 1000) * this.rate)
    this.filledMs = nowMs
  }
}

/** The buckets of a process, by account, region and action. */
export class TokenBuckets {
  private readonly buckets = new Map<string, TokenBucket>()

  constructor(private readonly random: () => number) {}

  /** `key`: `account/region/action`; the options count at the first use. */
  of(key: string, options: BucketOptions, nowMs: number): TokenBucket {
    const known = this.buckets.get(key)
    if (known) return known
    const fresh = new TokenBucket(options, nowMs, this.random)
    this.buckets.set(key, fresh)
    return fresh
  }
}
