'use client'
import { useId, useState } from 'react'
import { ApiError } from '#lib/hooks/api'
import { Button } from '#components/ui/controls'
import type { Entered } from './draft'
import { Field } from './step'

export interface StepAccessProps {
  entered: Entered
  onChange: (entered: Entered) => void
  onContinue: () => void
  busy: boolean
  error: Error | null
}

const REGIONS = [
  'us-east-1',
  'us-east-2',
  'us-west-1',
  'us-west-2',
  'ca-central-1',
  'sa-east-1',
  'eu-central-1',
  'eu-central-2',
  'eu-west-1',
  'eu-west-2',
  'eu-west-3',
  'eu-north-1',
  'eu-south-1',
  'ap-south-1',
  'ap-southeast-1',
  'ap-southeast-2',
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-east-1',
  'me-central-1',
  'il-central-1',
  'af-south-1',
]

/** Where to read, and as whom. */
export function StepAccess({ entered, onChange, onContinue, busy, error }: StepAccessProps) {
  const id = useId()
  const [more, setMore] = useState(entered.endpoint !== '')
  const wrong = (name: string) => (error instanceof ApiError ? error.invalidParams.find((param) => param.name === name)?.reason : undefined)
  const field = (name: 'region' | 'roleArn' | 'externalId' | 'endpoint', placeholder: string, extra: { list?: string; required?: boolean } = {}) =>
    function Input({ id: inputId, describedBy }: { id: string; describedBy: string | undefined }) {
      return (
        <input
          id={inputId}
          className="field mono"
          aria-describedby={describedBy}
          aria-invalid={wrong(name) !== undefined}
          value={entered[name]}
          placeholder={placeholder}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => onChange({ ...entered, [name]: event.target.value })}
          {...extra}
        />
      )
    }
  return (
    <form
      className="connect-form"
      onSubmit={(event) => {
        event.preventDefault()
        onContinue()
      }}
    >
      <Field id={`${id}-region`} label="Region" error={wrong('region')}>
        {field('region', 'eu-central-1', { list: `${id}-regions`, required: true })}
      </Field>
      <datalist id={`${id}-regions`}>
        {REGIONS.map((region) => (
          <option key={region} value={region} />
        ))}
      </datalist>
      <Field
        id={`${id}-role`}
        label="Role to assume, if any"
        error={wrong('roleArn')}
        hint="Without one, the credentials where Specter runs are used: environment, profile, SSO, container or instance role. No secret is stored."
      >
        {field('roleArn', 'arn:aws:iam::123456789012:role/specter-read')}
      </Field>
      {entered.roleArn.trim() === '' ? null : (
        <Field id={`${id}-external`} label="External id, if the role asks for one" error={wrong('externalId')}>
          {field('externalId', '')}
        </Field>
      )}
      {more ? (
        <Field id={`${id}-endpoint`} label="Endpoint" error={wrong('endpoint')} hint="For a VPC endpoint or an emulator; else leave it empty.">
          {field('endpoint', 'https://…')}
        </Field>
      ) : (
        <button type="button" className="link small self-start" onClick={() => setMore(true)}>
          Another endpoint than AWS’s own
        </button>
      )}
      <div className="row">
        <Button look="primary" type="submit" disabled={busy || entered.region.trim() === ''}>
          {busy ? 'Asking AWS…' : 'Find log groups'}
        </Button>
      </div>
    </form>
  )
}
