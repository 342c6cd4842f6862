import { LegacyError } from './legacy.ts'

/** Where a document stands. */
export interface Place {
  readonly file: string
  readonly line: number
}

/** What a remark is about: a file (or an option of the command), a line of it, a field on that. */
interface Subject {
  readonly file: string
  readonly line?: number
  readonly field?: string
}

/** Remarks that are told one by one, and lines that one remark names; the others are counted. */
const remarksShownMax = 100
const linesShownMax = 10

/** The same said of several lines is one remark. */
function createRemarks() {
  const groups = new Map<string, { subject: Subject; message: string; lines: number[]; count: number }>()
  let count = 0
  return {
    add(subject: Subject, message: string): void {
      count += 1
      const key = JSON.stringify([subject.file, subject.field, message])
      const group = groups.get(key)
      const lines = subject.line === undefined ? [] : [subject.line]
      if (!group) {
        if (groups.size < remarksShownMax) groups.set(key, { subject, message, lines, count: 1 })
        return
      }
      group.count += 1
      if (group.lines.length < linesShownMax) group.lines.push(...lines)
    },
    count: () => count,
    told(): string[] {
      const shown = [...groups.values()]
      const more = count - shown.reduce((sum, group) => sum + group.count, 0)
      return [...shown.map(remarkOf), ...(more > 0 ? [`and ${more} more that are not shown`] : [])]
    },
  }
}

function remarkOf({
  subject: { file, field },
  message,
  lines,
  count,
}: {
  readonly subject: Subject
  readonly message: string
  readonly lines: readonly number[]
  readonly count: number
}): string {
  const where = lines.length === 0 ? '' : `, ${count > 1 ? 'lines' : 'line'} ${lines.join(', ')}`
  const more = count > lines.length && lines.length > 0 ? ` and ${count - lines.length} more` : ''
  return `${file}${where}${more}: ${field ? `${field}: ` : ''}${message}`
}

/** Collects all that is wrong with files before anything is done: faults refuse the import, warnings are told. */
export function createDiagnostics() {
  const [faults, warnings] = [createRemarks(), createRemarks()]
  return {
    fault: faults.add,
    warn: warnings.add,
    warnings: warnings.told,
    /** @throws LegacyError with all faults, if there are any. */
    refuseFaults(): void {
      const count = faults.count()
      if (count === 0) return
      throw new LegacyError(
        [
          `nothing was written, for ${count === 1 ? 'there is a fault' : `there are ${count} faults`}:`,
          ...faults.told().map((line) => `  ${line}`),
          'Correct the files, or the old database and export again; then run the same import.',
        ].join('\n'),
      )
    },
  }
}
export type Diagnostics = ReturnType<typeof createDiagnostics>

const textShownMax = 80

/** Foreign text as it may be shown on a terminal: quoted, and not for long. */
export const shown = (text: string): string =>
  JSON.stringify(text.length > textShownMax ? `${text.slice(0, textShownMax)}…` : text)
