import { formatProblem, type Meta } from '../../store/formats/meta.ts'
import { type Finding, fail, ok } from './finding.ts'

/** Whether this version speaks the format of a store; null: there is nothing in it yet. */
export function formatFinding(meta: Meta | null): Finding | null {
  const check = 'store format'
  if (meta === null) return null
  const problem = formatProblem(meta)
  return problem === null
    ? ok(check, `format ${meta.format}`)
    : fail(check, `it ${problem.found}`, problem.todo)
}
