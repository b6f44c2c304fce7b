import { describe, expect, it } from 'vitest'
import type { ConnectionDraft } from '#lib/model/connection'
import { policyFor } from './policy'

const DRAFT: ConnectionDraft = { label: 'shop', region: 'eu-west-1', groups: ['/aws/lambda/*', 'app'], excludedGroups: [], xray: false, enabled: true }

interface Statement {
  Sid: string
  Effect: string
  Action: string | string[]
  Resource: string | string[]
}

const statementsOf = (draft: ConnectionDraft): Statement[] => policyFor(draft, null).policy.Statement as Statement[]

describe('the policy to paste', () => {
  it('allows what reading needs on the groups that are read, and nothing that writes', () => {
    const statements = statementsOf({ ...DRAFT, xray: true })
    expect(statements.map(({ Action }) => Action).flat()).toEqual([
      'logs:DescribeLogGroups', 'logs:FilterLogEvents', 'xray:GetTraceSummaries', 'xray:BatchGetTraces', 'logs:StartLiveTail',
    ]) // prettier-ignore
    expect(statements[1]?.Resource).toEqual(['arn:aws:logs:eu-west-1:*:log-group:/aws/lambda/*:*', 'arn:aws:logs:eu-west-1:*:log-group:app:*'])
    expect(statements.every(({ Effect }) => Effect === 'Allow')).toBe(true)
  })

  it('names Live Tail as optional, on the same groups and by both forms of their ARN', () => {
    const { notes } = policyFor(DRAFT, null)
    const tail = statementsOf(DRAFT).find(({ Action }) => Action === 'logs:StartLiveTail')
    expect(tail?.Sid).toBe('OptionalSpecterShowsLiveTail')
    expect(tail?.Resource).toContain('arn:aws:logs:eu-west-1:*:log-group:app')
    expect(tail?.Resource).toContain('arn:aws:logs:eu-west-1:*:log-group:app:*')
    expect(notes.find((note) => note.includes('OptionalSpecterShowsLiveTail'))).toContain('everything else works without it')
  })

  it('asks for no logs where only traces are read, and is of the region’s partition and the role’s account', () => {
    expect(statementsOf({ ...DRAFT, groups: [], xray: true }).map(({ Sid }) => Sid)).toEqual(['SpecterReadsTraces'])
    const role = { ...DRAFT, region: 'cn-north-1', roleArn: 'arn:aws-cn:iam::210987654321:role/read', externalId: 'e' }
    expect(statementsOf(role)[0]?.Resource).toBe('arn:aws-cn:logs:cn-north-1:210987654321:log-group:*')
    expect(policyFor(role, null).trust).toMatchObject({ Statement: [{ Condition: { StringEquals: { 'sts:ExternalId': 'e' } } }] })
  })

  it('says so where it is longer than a managed policy may be', () => {
    const many = { ...DRAFT, groups: Array.from({ length: 100 }, (_, i) => `/aws/lambda/service-${i}`) }
    expect(policyFor(many, null).notes.some((note) => note.includes('6,144'))).toBe(true)
    expect(policyFor(DRAFT, null).notes.some((note) => note.includes('6,144'))).toBe(false)
  })
})
