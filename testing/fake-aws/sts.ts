/** AssumeRole and GetCallerIdentity of STS, in its query protocol. The keys that it gives belong to the role's account. */
import { AwsFault } from './fault'
import type { Input } from './input'

const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/'

const xml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** A role whose name has `denied` in it can't be assumed. Its credentials last an hour of the machine's time, since the SDK keeps them by that. */
export function assumeRole(input: Input, nowMs: number): string {
  const arn = String(input.RoleArn)
  const [, account, name] = /^arn:aws[\w-]*:iam::(\d{12}):role\/(?:.*\/)?([\w+=,.@-]+)$/.exec(arn) ?? []
  if (account === undefined || name === undefined) throw new AwsFault('ValidationError', `${arn} is invalid`)
  if (name.includes('denied')) {
    throw new AwsFault('AccessDenied', `User: arn:aws:iam::123456789012:user/specter is not authorized to perform: sts:AssumeRole on resource: ${arn}`, 403)
  }
  const until = new Date(Math.max(nowMs, Date.now()) + 3_600_000).toISOString()
  return `<AssumeRoleResponse xmlns="${NAMESPACE}"><AssumeRoleResult><AssumedRoleUser><AssumedRoleId>AROA:specter</AssumedRoleId><Arn>arn:aws:sts::${account}:assumed-role/${xml(name)}/specter</Arn></AssumedRoleUser><Credentials><AccessKeyId>ASIA${account}${xml(name)}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken><Expiration>${until}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`
}

export function callerIdentity(arn: string, account: string): string {
  return `<GetCallerIdentityResponse xmlns="${NAMESPACE}"><GetCallerIdentityResult><Arn>${xml(arn)}</Arn><UserId>AIDA</UserId><Account>${account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`
}

export function stsError(code: string, message: string): string {
  return `<ErrorResponse xmlns="${NAMESPACE}"><Error><Type>Sender</Type><Code>${xml(code)}</Code><Message>${xml(message)}</Message></Error><RequestId>0</RequestId></ErrorResponse>`
}
