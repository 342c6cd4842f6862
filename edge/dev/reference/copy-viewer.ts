/**
 * Copies the viewer of the API reference from its npm package to where the edge serves it; the copies are not
 * committed. Run by `npm run build`, by wrangler, and by whatever starts the edge on Node.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const files = ['swagger-ui-bundle.js', 'swagger-ui.css', 'LICENSE', 'NOTICE']

/** Puts the viewer in its place. Files that are the same stay untouched: a stack beside this one may serve them. */
export function copyViewer(): void {
  const folder = fileURLToPath(new URL('../../public/docs/viewer/', import.meta.url))
  mkdirSync(folder, { recursive: true })
  for (const name of files) {
    const content = readFileSync(fileURLToPath(import.meta.resolve(`swagger-ui-dist/${name}`)))
    const target = `${folder}${name}`
    if (existsSync(target) && readFileSync(target).equals(content)) continue
    // Whoever reads it meanwhile gets the old one or the new one, whole.
    const draft = `${folder}.${name}.${process.pid}`
    writeFileSync(draft, content)
    renameSync(draft, target)
  }
}

if (import.meta.main) copyViewer()
