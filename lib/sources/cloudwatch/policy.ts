/**
 * The least that an identity needs to read what a connection asks for, as IAM policies to paste. Actions and resources by the Service
 * Authorization Reference (docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html). Pure.
 */
import type { ConnectionDraft, PolicyAnswer } from '#lib/model/connection'
import { accountOfArn } from '#lib/sources/aws/credentials'

/** Characters that a managed policy may have, blanks not counted. */
const POLICY_MAX = 6_144

function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn'
  if (region.startsWith('us-gov-')) return 'aws-us-gov'
  if (region.startsWith('us-isob-')) return 'aws-iso-b'
  if (region.startsWith('us-iso-')) return 'aws-iso'
  return region.startsWith('eusc-') ? 'aws-eusc' : 'aws'
}

const OPTIONAL_SID = 'OptionalSpecterShowsLiveTail'

const document = (statements: object[]): Record<string, unknown> => ({ Version: '2012-10-17', Statement: statements })

/** `accountId` null: whatever account the identity is of. */
export function policyFor(draft: ConnectionDraft, accountId: string | null): PolicyAnswer {
  const account = accountId ?? accountOfArn(draft.roleArn) ?? '*'
  const group = (name: string): string => `arn:${partitionOf(draft.region)}:logs:${draft.region}:${account}:log-group:${name}`
  const statements: object[] = []
  if (draft.groups.length > 0) {
    statements.push(
      { Sid: 'SpecterListsLogGroups', Effect: 'Allow', Action: 'logs:DescribeLogGroups', Resource: group('*') },
      { Sid: 'SpecterReadsLogEvents', Effect: 'Allow', Action: 'logs:FilterLogEvents', Resource: [...new Set(draft.groups)].map((name) => group(`${name}:*`)) },
    )
  }
  if (draft.xray) {
    statements.push({ Sid: 'SpecterReadsTraces', Effect: 'Allow', Action: ['xray:GetTraceSummaries', 'xray:BatchGetTraces'], Resource: '*' })
  }
  if (draft.groups.length > 0) statements.push(liveTail([...new Set(draft.groups)].map(group)))
  const policy = document(statements)
  return { policy, assume: assumeFor(draft), trust: trustFor(draft), notes: notesFor(draft, policy) }
}

/** Named for what it is: reading does without. Both forms of a group's ARN, since the action is about groups, not about their streams. */
function liveTail(groups: readonly string[]): object {
  return { Sid: OPTIONAL_SID, Effect: 'Allow', Action: 'logs:StartLiveTail', Resource: groups.flatMap((arn) => [arn, `${arn}:*`]) }
}

function assumeFor({ roleArn }: ConnectionDraft): PolicyAnswer['assume'] {
  if (!roleArn) return null
  return document([{ Sid: 'SpecterAssumesTheReadingRole', Effect: 'Allow', Action: 'sts:AssumeRole', Resource: roleArn }])
}

function trustFor({ roleArn, externalId }: ConnectionDraft): PolicyAnswer['trust'] {
  if (!roleArn) return null
  const condition = externalId ? { Condition: { StringEquals: { 'sts:ExternalId': externalId } } } : {}
  return document([{ Effect: 'Allow', Principal: { AWS: 'ARN-OF-THE-IDENTITY-THAT-RUNS-SPECTER' }, Action: 'sts:AssumeRole', ...condition }])
}

function notesFor(draft: ConnectionDraft, policy: Record<string, unknown>): string[] {
  const notes = ['Nothing in it writes. Credentials are taken from the environment that Specter runs in and are never stored.']
  if (draft.groups.length > 0)
    notes.push(`${OPTIONAL_SID} is only for looking at what is logged right now (AWS charges it by the minute); everything else works without it.`)
  if (draft.roleArn) notes.push('The first policy belongs to the role; the second to whoever runs Specter; the third is the trust policy of the role.')
  if (draft.excludedGroups.length > 0)
    notes.push('Excluded groups are left out by Specter, not by the policy: deny logs:FilterLogEvents on them where it must not be able to read them.')
  if (draft.groups.length > 0) notes.push('Values that a data protection policy masks stay masked; logs:Unmask is not asked for.')
  if (JSON.stringify(policy).length > POLICY_MAX)
    notes.push(`It is longer than the ${POLICY_MAX.toLocaleString('en')} characters of a managed policy: use patterns in place of names.`)
  return notes
}
