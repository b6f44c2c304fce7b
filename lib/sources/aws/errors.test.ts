import { describe, expect, it } from 'vitest'
import { faults } from '#testing/fake-aws/fault'
import { accountOfArn, quotaKey } from './credentials'
import { problemOfAws } from './errors'

/** As the SDK throws it. */
const thrown = (name: string, message: string, rest: object = {}): Error => Object.assign(new Error(message), { name }, rest)
const of = (error: unknown): [string, string | null] => {
  const { code, action } = problemOfAws(error, 'logs:FilterLogEvents')
  return [code, action]
}

describe('what an error of AWS means', () => {
  it.each([
    ['throttled', thrown('ThrottlingException', 'Rate exceeded')],
    ['throttled', thrown('ThrottledException', 'Rate exceeded', { $metadata: { httpStatusCode: 429 } })],
    ['token', thrown('InvalidParameterException', 'The specified nextToken is invalid.')],
    ['invalid-request', thrown('InvalidParameterException', 'Invalid filter pattern')],
    ['not-found', thrown('ResourceNotFoundException', 'The specified log group does not exist.')],
    ['unsupported-class', thrown('InvalidOperationException', faults.refusedByClass('/x', 'INFREQUENT_ACCESS', 'FilterLogEvents').message)],
    ['clock', thrown('InvalidSignatureException', faults.wrongClock().message)],
    ['bad-credentials', thrown('UnrecognizedClientException', 'The security token included in the request is invalid.')],
    ['bad-credentials', thrown('InvalidClientTokenId', 'The security token included in the request is invalid.', { $metadata: { httpStatusCode: 403 } })],
    ['bad-credentials', thrown('ExpiredTokenException', 'The security token included in the request is expired')],
    ['no-credentials', thrown('CredentialsProviderError', 'Could not load credentials from any providers')],
    ['unreachable', thrown('Error', 'connect ECONNREFUSED 127.0.0.1:1', { code: 'ECONNREFUSED' })],
    ['unreachable', thrown('AggregateError', '', { errors: [{ code: 'ECONNREFUSED', message: 'connect ECONNREFUSED ::1:1' }] })],
    ['unreachable', thrown('TimeoutError', 'socket hang up')],
    ['unreachable', thrown('Error', 'getaddrinfo ENOTFOUND logs.nowhere.amazonaws.com', { code: 'ENOTFOUND' })],
    ['aws', thrown('ServiceUnavailableException', 'Service is unavailable.', { $metadata: { httpStatusCode: 503 } })],
    ['aws', 'nonsense'],
    ['aws', null],
  ])('is %s', (code, error) => expect(of(error)).toEqual([code, null]))

  it('names the action that is missing, from the message, else the one that was tried', () => {
    expect(of(thrown('AccessDeniedException', faults.denied('arn:aws:iam::1:user/u', 'logs:FilterLogEvents', '*').message))).toEqual([
      'denied',
      'logs:FilterLogEvents',
    ])
    expect(of(thrown('AccessDenied', 'User: u is not authorized to perform: sts:AssumeRole on resource: r', { $metadata: { httpStatusCode: 403 } }))).toEqual([
      'denied',
      'sts:AssumeRole',
    ])
    expect(of(thrown('AccessDeniedException', 'no'))).toEqual(['denied', 'logs:FilterLogEvents'])
    expect(problemOfAws(thrown('AccessDenied', 'not authorized to perform: sts:AssumeRole'), 'x').advice).toContain('trust policy')
  })
  it('is shortened: an endpoint that is not AWS may send a book', () => {
    expect(problemOfAws(thrown('X', 'a \n b'.repeat(10_000)), 'x').message.length).toBeLessThanOrEqual(500)
  })
})

describe('whose quota a call counts on', () => {
  const place = { region: 'eu-west-1', roleArn: null, externalId: null, endpoint: null }
  it('is the account, learned or of the role, and the region', () => {
    const role = 'arn:aws:iam::123456789012:role/reader'
    expect(quotaKey({ ...place, roleArn: role }, null)).toBe(quotaKey(place, '123456789012'))
    expect(quotaKey(place, null)).not.toBe(quotaKey({ ...place, region: 'us-east-1' }, null))
    expect(accountOfArn('arn:aws:logs:eu-west-1:123456789012:log-group:/x:*')).toBe('123456789012')
    expect([accountOfArn(null), accountOfArn('arn:aws:s3:::bucket')]).toEqual([null, null])
  })
})
