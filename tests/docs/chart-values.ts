import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isMap, isScalar, parseDocument, type YAMLMap } from 'yaml'
import { rootDir } from '../../edge/dev/processes.ts'

/** A value of the chart, with the comment before it. */
export interface ChartValue {
  readonly name: string
  /** Its last paragraph, as one line. */
  readonly comment: string
  /** That of what it is in. */
  readonly above: string
  /** What is written of it: its own comment, of a switch else that of what it switches. */
  readonly told: string
  /** Its default, as JSON. */
  readonly shown: string
}

/** The last paragraph of a comment, as one line: what is above it is of the whole file. */
const oneLine = (comment: string) => (comment.split(/\n\s*\n/).at(-1) ?? '').trim().replace(/\s*\n\s*/g, ' ')

/** The first of a map has its comment at the map. */
function valuesOf(map: YAMLMap, path = '', above = ''): ChartValue[] {
  return map.items.flatMap(({ key, value }, n) => {
    if (!isScalar(key)) throw new Error('a name is no text')
    const comment = oneLine(key.commentBefore ?? (n === 0 ? (map.commentBefore ?? '') : ''))
    const name = `${path}${key.value}`
    const isGroup = isMap(value) && value.items.length > 0 && !name.endsWith('.labels')
    if (isGroup) return valuesOf(value, `${name}.`, comment)
    const told = name.endsWith('.enabled') ? comment || above : comment
    const shown = JSON.stringify(
      isScalar(value) || isMap(value) ? value.toJSON() : (value as YAMLMap).toJSON(),
    )
    return [{ name, comment, above, told, shown }]
  })
}

/** Every value of `values.yaml`. */
export function chartValues(): ChartValue[] {
  const text = readFileSync(join(rootDir, 'charts/holdfast/values.yaml'), 'utf8')
  return valuesOf(parseDocument(text).contents as YAMLMap)
}
