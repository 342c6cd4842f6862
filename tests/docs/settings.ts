import * as z from 'zod'

/** A variable of the environment, as its schema tells of it. */
export interface Setting {
  readonly name: string
  /** What it is, in sentences, with its unit. */
  readonly description: string
  /** What start-up refuses. */
  readonly refused: string
  readonly isSecret: boolean
  /** What is read when it is absent; null where it must be set, and empty where nothing is read then. */
  readonly absent: string | null
}

const Told = z.looseObject({
  description: z.string().regex(/^[A-Z`].*[.)`]$/, 'must be a sentence'),
  refused: z.string().min(1),
  secret: z.boolean().default(false),
})

/** What `default()` gave, wherever in the schema it stands. */
function defaultOf(schema: z.core.$ZodType): unknown {
  const { def } = schema._zod
  if ('defaultValue' in def) return def.defaultValue
  const inner = [def].flatMap((one) => ('in' in one ? [one.in] : 'innerType' in one ? [one.innerType] : []))
  for (const below of inner) if (below instanceof z.core.$ZodType) return defaultOf(below)
  return undefined
}

function settingOf(name: string, schema: z.ZodType): Setting {
  const told = Told.safeParse(schema.meta() ?? {})
  if (!told.success) {
    const wrong = told.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join(', ')
    throw new Error(`${name} is not told of in its schema, by .meta({ description, refused }): ${wrong}`)
  }
  const { description, refused, secret: isSecret } = told.data
  const isNeeded = !schema.safeParse(undefined).success
  return { name, description, refused, isSecret, absent: isNeeded ? null : String(defaultOf(schema) ?? '') }
}

/**
 * Every variable that a program reads.
 * @throws by name when its schema does not tell of one.
 */
export const settingsIn = ({ shape }: { readonly shape: Readonly<Record<string, z.ZodType>> }): Setting[] =>
  Object.entries(shape).map(([name, schema]) => settingOf(name, schema))

/** How an absent variable is read, in a word. */
export const shownAbsent = ({ absent }: Setting): string =>
  absent === null ? '**required**' : absent === '' ? '' : `\`${absent}\``

/** A table of Markdown. */
export function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
