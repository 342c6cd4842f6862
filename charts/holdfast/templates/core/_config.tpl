{{- define "holdfast.coreConfig" -}}
PORT: {{ include "holdfast.port" "core" | quote }}
REFUSE_SQLITE: "1"
ADMIN_EMAIL: {{ .Values.core.admin.email | quote }}
{{- with .Values.core.admin.username }}
ADMIN_USERNAME: {{ . | quote }}
{{- end }}
{{- with .Values.core.mailFrom }}
MAIL_FROM: {{ . | quote }}
{{- end }}
{{- with .Values.core.refusedPasswords }}
{{- if .claim }}
REFUSED_PASSWORDS_FILE: {{ printf "/refused-passwords/%s" .file | quote }}
{{- end }}
{{- end }}
{{- if .Values.metrics.enabled }}
METRICS_PORT: {{ .Values.metrics.port | quote }}
{{- end }}
{{ include "holdfast.tellingConfig" . }}
{{- end }}
