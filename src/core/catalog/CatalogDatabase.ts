import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { AppError } from '../../shared/errors.ts'
import { toCatalogError } from './toCatalogError.ts'

/** SQLite on the catalog's file: what it throws about that file is an AppError, whichever repository was at it. */
export class CatalogDatabase extends DatabaseSync {
  readonly #path: string
  /** Called with the first damage that is met; the file is not to be written any more. */
  onDamage: (error: AppError) => void = () => {}

  constructor(path: string) {
    super(path)
    this.#path = path
  }

  override exec(sql: string): void {
    this.#translate(() => super.exec(sql))
  }

  override prepare(sql: string): StatementSync {
    const statement = this.#translate(() => super.prepare(sql))
    for (const name of ['run', 'get', 'all'] as const) {
      const act: (...values: never[]) => unknown = statement[name].bind(statement)
      const value = (...values: never[]) => {
        try {
          return act(...values)
        } catch (error) {
          throw this.#toOurs(error)
        }
      }
      Object.defineProperty(statement, name, { value })
    }
    return statement
  }

  #translate<T>(act: () => T): T {
    try {
      return act()
    } catch (error) {
      throw this.#toOurs(error)
    }
  }

  #toOurs(error: unknown): unknown {
    const ours = toCatalogError(error, this.#path)
    if (ours instanceof AppError && ours.code === 'record-damaged') this.onDamage(ours)
    return ours
  }
}
