'use client'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { formatCount, formatPlural } from '#lib/base/format'
import { isChosen } from '#lib/base/group-pattern'
import { useConnectionChanges, useConnections, useFindGroups, useTestConnection } from '#lib/hooks/connections'
import type { ConnectionItem } from '#lib/model/connection'
import { Button } from '#components/ui/controls'
import { draftOf, enteredOf, NOTHING_ENTERED, type Entered } from './draft'
import { ErrorNote, Step } from './step'
import { StepAccess } from './step-access'
import { StepGroups } from './step-groups'
import { StepPermissions } from './step-permissions'
import { StepSave } from './step-save'

export interface ConnectPanelProps {
  /** Given: it is changed; else a new one is made. */
  existing?: ConnectionItem
  onDone: (id: string) => void
  onClose: ReactNode
}

type At = 'access' | 'groups' | 'permissions' | 'save' | 'first'

const ORDER: readonly At[] = ['access', 'groups', 'permissions', 'save', 'first']

/** Connecting to AWS in tested steps: where and as whom, which groups, what is allowed, what it costs, the first events. */
export function ConnectPanel({ existing, onDone, onClose }: ConnectPanelProps) {
  const [entered, setEntered] = useState<Entered>(existing ? enteredOf(existing) : NOTHING_ENTERED)
  const [at, setAt] = useState<At>('access')
  const [saved, setSaved] = useState<string | null>(null)
  const find = useFindGroups()
  const test = useTestConnection()
  const { create, change } = useConnectionChanges()
  const draft = draftOf(entered)
  const found = find.data
  const chosen = found?.items.filter((item) => isChosen(item.name, entered)) ?? []
  const stateOf = (step: At) => (step === at ? 'now' : ORDER.indexOf(step) < ORDER.indexOf(at) ? 'done' : 'later')

  const findGroups = () => find.mutate({ ...draft, groups: entered.groups.length > 0 ? draft.groups : ['*'] }, { onSuccess: () => setAt('groups') })
  const runTest = () => {
    setAt('permissions')
    test.mutate(draft, { onSuccess: (answer) => answer.ok && setAt('save') })
  }
  const save = () => {
    const onSuccess = ({ id }: ConnectionItem) => {
      setSaved(id)
      setAt('first')
    }
    if (existing) change.mutate({ id: existing.id, draft: { ...draft, enabled: existing.enabled } }, { onSuccess })
    else create.mutate({ ...draft, lookbackMinutes: entered.lookbackMinutes }, { onSuccess })
  }
  const back = (step: At) => (at === 'first' ? null : <BackButton onClick={() => setAt(step)} />)
  return (
    <>
      <div className="head !h-12 !px-4">
        <h2 className="!text-[14px]">{existing ? `Change ${existing.label}` : 'Connect to AWS'}</h2>
        <span className="ml-auto">{onClose}</span>
      </div>
      <ol className="steps">
        <Step number={1} title="Region and role" state={stateOf('access')} summary={at === 'access' ? null : <AccessSummary entered={entered} />}>
          {at === 'access' ? (
            <>
              <StepAccess entered={entered} onChange={setEntered} onContinue={findGroups} busy={find.isPending} error={find.error} />
              <ErrorNote error={find.error} />
            </>
          ) : (
            back('access')
          )}
        </Step>
        <Step
          number={2}
          title="Log groups"
          state={stateOf('groups')}
          summary={
            stateOf('groups') === 'done'
              ? `${formatCount(chosen.length)} of ${formatCount(found?.items.length ?? 0)} chosen${entered.xray ? ', and X-Ray traces' : ''}.`
              : null
          }
        >
          {at === 'groups' && found ? <StepGroups entered={entered} onChange={setEntered} found={found} onContinue={runTest} /> : back('groups')}
        </Step>
        <Step
          number={3}
          title="Permissions"
          state={stateOf('permissions') !== 'later' && (test.isError || test.data?.ok === false) ? 'failed' : stateOf('permissions')}
          summary={permissionSummary(stateOf('permissions'), new Set(test.data?.checks.flatMap((check) => (check.ok ? [] : [check.action]))).size)}
        >
          {at === 'permissions' ? <StepPermissions draft={draft} test={test.data} testing={test.isPending} error={test.error} onTest={runTest} /> : null}
          {at === 'permissions' && test.data && !test.data.ok ? (
            <Button look="quiet" className="mt-2" onClick={() => setAt('save')}>
              Go on without
            </Button>
          ) : null}
        </Step>
        <Step number={4} title="Cost, and where to begin" state={stateOf('save')}>
          {at === 'save' ? (
            <StepSave
              entered={entered}
              onChange={setEntered}
              groupCount={chosen.filter((item) => item.readable).length}
              saving={create.isPending || change.isPending}
              error={create.error ?? change.error}
              onSave={save}
              saveLabel={existing ? 'Save' : 'Start reading'}
              isNew={!existing}
            />
          ) : null}
        </Step>
        <Step number={5} title="First events" state={stateOf('first')} summary={at === 'first' ? null : 'Shown here, usually within 20 s of saving.'}>
          {saved === null ? null : <FirstEvents id={saved} onDone={() => onDone(saved)} />}
        </Step>
      </ol>
    </>
  )
}

function BackButton({ onClick }: { onClick: () => void }) {
  return (
    <button type="button" className="link small" onClick={onClick}>
      Change
    </button>
  )
}

function AccessSummary({ entered }: { entered: Entered }) {
  const role = entered.roleArn.split('/').at(-1)
  return (
    <>
      {entered.region}
      {role ? (
        <>
          , role <code>{role}</code>
        </>
      ) : (
        ', with the credentials where Specter runs'
      )}
      .
    </>
  )
}

function permissionSummary(state: 'now' | 'done' | 'later', missing: number): string | null {
  if (state === 'later') return null
  if (missing > 0 && state === 'done')
    return `Gone on without: what ${missing === 1 ? 'the missing one forbids' : `the ${missing} missing ones forbid`} is not read until it is allowed.`
  if (missing > 0) return `${missing === 1 ? 'One is' : `${missing} are`} missing. Add ${missing === 1 ? 'it' : 'them'} to the policy, then test again.`
  return state === 'done' ? 'Everything that is needed is allowed.' : null
}

/** Looks until something has come, or says why nothing comes. */
function FirstEvents({ id, onDone }: { id: string; onDone: () => void }) {
  const connections = useConnections()
  const item = connections.data?.items.find((other) => other.id === id)
  const { active = 0, forbidden = 0 } = item?.groupStates ?? {}
  return (
    <div className="connect-form" role="status">
      <p className="!mb-0">
        {item?.problem
          ? item.problem.advice
          : item && item.stored > 0
            ? `${formatPlural(item.stored, 'event')} stored so far, from ${formatPlural(active, 'group')}.`
            : item && item.received === 0 && item.state === 'reading'
              ? 'Reading. Nothing was logged in this time yet; this line changes as soon as something comes.'
              : 'Waiting for the first answer of AWS…'}
        {forbidden > 0 ? ` ${formatPlural(forbidden, 'group')} may not be read.` : ''}
      </p>
      <div className="row">
        <Button onClick={onDone}>Show the connection</Button>
      </div>
    </div>
  )
}
