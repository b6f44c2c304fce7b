'use client'
import type { ConnectionDraft, ConnectionTest, PolicyAnswer } from '#lib/model/connection'
import { shortSourceName } from '#lib/graph/source-state'
import { usePolicy } from '#lib/hooks/connections'
import { Button, CopyButton } from '#components/ui/controls'
import { Icon } from '#components/ui/icon'
import { Skeleton } from '#components/ui/states'
import { ErrorNote, ProblemNote } from './step'

export interface StepPermissionsProps {
  draft: ConnectionDraft
  test: ConnectionTest | undefined
  testing: boolean
  error: Error | null
  onTest: () => void
}

/** What AWS allowed when it was asked, and the policy to paste where it did not. */
export function StepPermissions({ draft, test, testing, error, onTest }: StepPermissionsProps) {
  const policy = usePolicy(draft, true)
  const missing = new Set(test?.checks.flatMap((check) => (check.ok ? [] : [check.action])) ?? [])
  const first = test?.checks.find((check) => check.problem)?.problem
  return (
    <div className="connect-form">
      {test ? <Checks test={test} /> : testing ? <Skeleton height={64} /> : null}
      {first ? <ProblemNote problem={first} /> : null}
      <ErrorNote error={error} />
      {policy.data ? <Policies policy={policy.data} missing={missing} /> : null}
      <div className="row flex-wrap">
        <Button look={test?.ok ? 'plain' : 'primary'} onClick={onTest} disabled={testing}>
          {testing ? 'Asking AWS…' : test ? 'Test again' : 'Test'}
        </Button>
        {policy.data ? <CopyButton text={asJson(policy.data.policy)} label="Copy the policy" /> : null}
      </div>
    </div>
  )
}

/** The policy of a connection that is made already, for whoever has to add what is missing. */
export function PolicyToPaste({ draft }: { draft: ConnectionDraft }) {
  const policy = usePolicy(draft, true)
  if (!policy.data) return policy.error ? <ErrorNote error={policy.error} /> : <Skeleton height={64} />
  return (
    <div className="connect-form">
      <Policies policy={policy.data} missing={new Set()} />
      <div className="row">
        <CopyButton text={asJson(policy.data.policy)} label="Copy the policy" />
      </div>
    </div>
  )
}

function Checks({ test }: { test: ConnectionTest }) {
  return (
    <ul className="connect-checks" aria-label="Permissions">
      {test.checks.map((check) => (
        <li key={`${check.action} ${check.resource ?? ''}`} title={check.resource ?? undefined}>
          <Icon name={check.ok ? 'check' : 'close'} size={12} className={check.ok ? 'text-ok' : 'text-error'} />
          <code>{check.action}</code>
          <span className="cut grow text-ink-3">{check.resource?.startsWith('/') ? shortSourceName(check.resource) : ''}</span>
          <span className={check.ok ? 'text-ink-3' : 'text-error'}>{answerOf(check)}</span>
        </li>
      ))}
    </ul>
  )
}

function answerOf({ action, ok, problem }: ConnectionTest['checks'][number]): string {
  if (action === 'credentials') return ok ? 'found' : 'none'
  return ok ? 'allowed' : problem?.code === 'denied' ? 'denied' : 'failed'
}

const asJson = (value: unknown): string => JSON.stringify(value, null, 2)

function Policies({ policy, missing }: { policy: PolicyAnswer; missing: ReadonlySet<string> }) {
  return (
    <>
      <pre className="command max-h-[220px] overflow-auto" tabIndex={0} aria-label="The policy that this needs">
        {asJson(policy.policy)
          .split('\n')
          .map((line, i) => {
            const action = /"([a-z]+:[A-Za-z]+)"/.exec(line)?.[1]
            return (
              <span key={i} className="block">
                {action !== undefined && missing.has(action) ? (
                  <mark className="connect-missing" ref={(mark) => mark?.scrollIntoView({ block: 'nearest' })}>
                    {line}
                  </mark>
                ) : (
                  line
                )}
              </span>
            )
          })}
      </pre>
      {policy.trust ? (
        <details className="small">
          <summary>Trust policy of the role, and what whoever runs Specter needs</summary>
          <pre className="command mt-1 max-h-[180px] overflow-auto">{asJson(policy.trust)}</pre>
          {policy.assume ? <pre className="command mt-1 max-h-[180px] overflow-auto">{asJson(policy.assume)}</pre> : null}
        </details>
      ) : null}
      {policy.notes.map((note) => (
        <p key={note} className="!mb-0 small">
          {note}
        </p>
      ))}
    </>
  )
}
