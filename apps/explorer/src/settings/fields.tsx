import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'

interface NumberFieldProps {
  readonly label: string
  /** What it means, for people who meet it for the first time. */
  readonly about?: string
  readonly value: number
  readonly min: number
  readonly max: number
  /** `any` for numbers that need not be whole. */
  readonly step: number | 'any'
  take(value: number): void
}

/** A number; what is out of range is said below it, and is not taken. */
export function NumberField({ label, about, value, min, max, step, take }: NumberFieldProps) {
  const problem = useSignal('')
  const id = useId()
  return (
    <div class="field" title={about}>
      <label for={id}>{label}</label>
      <input
        type="number"
        {...{ id, min, max, step, value }}
        aria-invalid={problem.value !== ''}
        aria-describedby={`${id}-problem`}
        onInput={({ currentTarget }) => {
          problem.value = currentTarget.validationMessage
          if (currentTarget.validity.valid && currentTarget.value !== '') take(currentTarget.valueAsNumber)
        }}
      />
      <small class="field-problem" id={`${id}-problem`}>
        {problem.value}
      </small>
    </div>
  )
}

interface SelectFieldProps<Value extends string> {
  readonly label: string
  readonly about?: string
  readonly value: Value
  readonly options: readonly { readonly value: Value; readonly text: string }[]
  readonly disabled?: boolean
  take(value: Value): void
}

/** A choice out of a list. */
export function SelectField<Value extends string>(props: SelectFieldProps<Value>) {
  const { label, about, value, options, disabled = false, take } = props
  const id = useId()
  return (
    <div class="field" title={about}>
      <label for={id}>{label}</label>
      <select
        {...{ id, value, disabled }}
        onChange={({ currentTarget }) => {
          const chosen = options.find((option) => option.value === currentTarget.value)
          if (chosen !== undefined) take(chosen.value)
        }}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value} selected={option.value === value}>
            {option.text}
          </option>
        ))}
      </select>
    </div>
  )
}

interface SwitchFieldProps<Value extends string> {
  readonly label: string
  readonly name: string
  readonly value: Value
  readonly options: readonly {
    readonly value: Value
    readonly text: ComponentChildren
    readonly about?: string
  }[]
  take(value: Value): void
}

/** A choice of two or three that are all seen. */
export function SwitchField<Value extends string>({
  label,
  name,
  value,
  options,
  take,
}: SwitchFieldProps<Value>) {
  return (
    <fieldset class="switch">
      <legend>{label}</legend>
      <div class="choices">
        {options.map((option) => (
          <label key={option.value} title={option.about}>
            <input
              type="radio"
              {...{ name }}
              value={option.value}
              checked={option.value === value}
              onChange={() => take(option.value)}
            />
            <span>{option.text}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}
