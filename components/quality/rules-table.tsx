import { formatCount } from '#lib/base/format'
import { rulesInWords } from '#lib/graph/rule-words'
import { formatRight } from '#lib/graph/quality-view'
import type { Quality } from '#lib/model/quality'

/** How often the exact rules contradict themselves: two causes where a rule says one. */
export function RulesTable({ rules }: { rules: Quality['rules'] }) {
  return (
    <table className="tbl q-table">
      <thead>
        <tr>
          <th scope="col">rule</th>
          <th scope="col" className="num">
            effects
          </th>
          <th scope="col" className="num">
            contradicted
          </th>
          <th scope="col" className="num q-wide">
            at most, 95&#8239;%
          </th>
        </tr>
      </thead>
      <tbody>
        {rules.map((rule) => (
          <tr key={rule.rule}>
            <td style={{ whiteSpace: 'normal' }}>
              {rule.rule.includes('@') ? rule.rule : rulesInWords([rule])} <span className="text-ink-3">{rule.rule.includes('@') ? '' : rule.rule}</span>{' '}
              {rule.demoted ? (
                <span className="tag text-warn" title="It contradicts itself too often to be exact: its links are tier B">
                  demoted
                </span>
              ) : null}
            </td>
            <td className="num">{formatCount(rule.effects)}</td>
            <td className={`num ${rule.demoted ? 'text-warn' : ''}`}>{formatCount(rule.contradicted)}</td>
            <td className="num q-wide text-ink-2">{formatRight(rule.high)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
