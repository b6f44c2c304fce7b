/**
 * What an error of AWS, or of the way to it, means for a poller, and what the person who runs it should do. By the names and texts that AWS
 * documents as common errors (docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/CommonErrors.html) and, for expired page tokens,
 * the text that AWS answers with: `The specified nextToken is invalid.`
 */
import type { PollProblem } from '#lib/model/connection'

export type ProblemCode = PollProblem['code']

export interface AwsProblem {
  code: ProblemCode
  message: string
  advice: string
  /** IAM action that is missing. */
  action: string | null
}

/** What a page or a person needs of a message; an endpoint that isn't AWS may send a book. */
const MESSAGE_MAX = 500

interface Shape {
  name: string
  message: string
  code: string
  status: number
  retryable: boolean
}

function shapeOf(error: unknown): Shape {
  const given = (typeof error === 'object' && error !== null ? error : {}) as {
    name?: unknown
    message?: unknown
    code?: unknown
    errors?: unknown
    $metadata?: { httpStatusCode?: unknown }
    $retryable?: unknown
  }
  // Node tries several addresses of a name at once and reports them together, with an empty message.
  const inner = Array.isArray(given.errors) ? (given.errors[0] as { message?: unknown; code?: unknown } | undefined) : undefined
  const text = (value: unknown): string => (typeof value === 'string' ? value : '')
  return {
    name: text(given.name),
    message: text(given.message) || text(inner?.message) || text(given.name) || String(error),
    code: text(given.code) || text(inner?.code),
    status: Number(given.$metadata?.httpStatusCode ?? 0),
    retryable: given.$retryable !== undefined,
  }
}

interface Rule {
  code: ProblemCode
  fits(error: Shape): boolean
  advice(action: string): string
}

const NETWORK = /^(E(CONN|HOST|NET|PIPE|AI_)|ENOTFOUND|ETIMEDOUT|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|ERR_TLS|ERR_SSL|UND_ERR)/

const RULES: Rule[] = [
  {
    code: 'throttled',
    fits: ({ name, message, status }) =>
      /^(Throttl|TooManyRequests|RequestLimitExceeded|LimitExceeded|RequestThrottled|SlowDown)/.test(name) || status === 429 || /rate exceeded/i.test(message),
    advice: () => 'Nothing: Specter calls less often until AWS takes its calls again. Other tools that poll the same account share its quota.',
  },
  {
    code: 'token',
    fits: ({ message }) => /nextToken|pagination token/i.test(message) && /invalid|expired/i.test(message),
    advice: () => 'Nothing: the range is read again from its start.',
  },
  {
    code: 'clock',
    fits: ({ name, message }) =>
      /^(RequestTimeTooSkewed|RequestExpired|RequestInTheFuture)/.test(name) ||
      /signature (expired|not yet current)|is now (earlier|later) than/i.test(message),
    advice: () => 'Set the clock of this machine: AWS refuses signatures that are more than five minutes off.',
  },
  {
    code: 'no-credentials',
    fits: ({ name, message }) => name === 'CredentialsProviderError' || /could not load credentials|no credentials/i.test(message),
    advice: () =>
      'Start Specter where the AWS SDK finds credentials: AWS_PROFILE, AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY, `aws sso login`, or the role of the instance or container.',
  },
  {
    code: 'bad-credentials',
    fits: ({ name, message }) =>
      /^(UnrecognizedClient|InvalidClientTokenId|ExpiredToken|InvalidSignature|SignatureDoesNotMatch|IncompleteSignature|MissingAuthenticationToken|InvalidToken)/.test(
        name,
      ) || /security token included in the request is (invalid|expired)/i.test(message),
    advice: () => 'Renew the credentials that Specter was started with (`aws sso login`, or new keys); they are read again at the next try.',
  },
  {
    code: 'denied',
    fits: ({ name, message, status }) =>
      /^(AccessDenied|NotAuthorized|UnauthorizedOperation)/.test(name) || /not authorized to perform/i.test(message) || status === 403,
    advice: (action) =>
      action === 'sts:AssumeRole'
        ? 'Allow sts:AssumeRole on the role for the identity that runs Specter, and name that identity (and the external id, if there is one) in the trust policy of the role.'
        : `Allow ${action} in the policy of the identity that reads; the policy to paste is shown with the connection.`,
  },
  {
    code: 'not-found',
    fits: ({ name }) => /^(ResourceNotFound|NoSuch)/.test(name),
    advice: () => 'The log group is gone in this account and region. What was read stays; it is looked for again every few minutes.',
  },
  {
    code: 'unsupported-class',
    fits: ({ name, message }) => name === 'InvalidOperationException' || /log.?group.?class|not supported for this log class/i.test(message),
    advice: () => classAdvice('INFREQUENT_ACCESS'),
  },
  {
    code: 'invalid-request',
    fits: ({ name }) => /^(InvalidParameter|Validation|MalformedQuery|SerializationException)/.test(name),
    advice: () => 'Check the filter pattern, the region and the endpoint of the connection.',
  },
  {
    code: 'unreachable',
    fits: ({ name, code }) => NETWORK.test(code) || /^(TimeoutError|AbortError|NetworkingError)$/.test(name),
    advice: () => 'Check the endpoint, the network and the proxy of this machine; Specter keeps trying, and reads on where it stopped.',
  },
]

/** What a log group of another class than STANDARD cannot do, and what to do. */
export function classAdvice(groupClass: string): string {
  return groupClass === 'DELIVERY'
    ? 'Groups of class DELIVERY keep a day for delivery to S3 and cannot be read through the API: bring the delivered files, or log into a STANDARD group.'
    : 'Groups of class INFREQUENT_ACCESS cannot be read by FilterLogEvents. The class of a group cannot be changed: log into a STANDARD group, or import an export of Logs Insights.'
}

/** `attempted` is the action of the call, for errors that don't name theirs. */
export function problemOfAws(error: unknown, attempted: string): AwsProblem {
  const shape = shapeOf(error)
  const message = shape.message.replaceAll(/\s+/g, ' ').slice(0, MESSAGE_MAX)
  const rule = RULES.find((one) => one.fits(shape))
  if (!rule) {
    return {
      code: 'aws',
      message,
      action: null,
      advice: 'Specter keeps trying, and reads on where it stopped. If it stays, check the status of the service and the endpoint.',
    }
  }
  const action = rule.code === 'denied' ? (/not authorized to perform: ([a-z0-9-]+:[A-Za-z*]+)/.exec(message)?.[1] ?? attempted) : null
  return { code: rule.code, message, advice: rule.advice(action ?? attempted), action }
}
