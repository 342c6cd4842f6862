{{/* Every name begins with the release's, so that two releases share a namespace. */}}
{{- define "holdfast.fullname" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{ .Release.Name | trunc 40 | trimSuffix "-" }}
{{- else -}}
{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" }}
{{- end -}}
{{- end }}

{{/* The name of a part: (list . "core"). */}}
{{- define "holdfast.name" -}}
{{ include "holdfast.fullname" (index . 0) }}-{{ index . 1 }}
{{- end }}

{{/* What never changes of a part, so that Deployments may select by it: (list . "core"). */}}
{{- define "holdfast.selector" -}}
app.kubernetes.io/name: {{ (index . 0).Chart.Name }}
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{/* The labels of a part's objects: (list . "core"). */}}
{{- define "holdfast.labels" -}}
{{ include "holdfast.selector" . }}
app.kubernetes.io/version: {{ (index . 0).Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ (index . 0).Release.Service }}
helm.sh/chart: {{ printf "%s-%s" (index . 0).Chart.Name (index . 0).Chart.Version | replace "+" "_" }}
{{- end }}

{{/* The image of a part: (list . .Values.core.image). */}}
{{- define "holdfast.image" -}}
{{- $image := index . 1 -}}
{{ $image.repository }}:{{ $image.tag | default (index . 0).Chart.AppVersion }}
{{- with $image.digest }}@{{ . }}{{ end }}
{{- end }}

{{/* Where the edge answers: the Workers, or the edge in the cluster. */}}
{{- define "holdfast.edgeUrl" -}}
{{- with .Values.test.edgeUrl }}{{ . }}{{ else -}}
{{- if .Values.edge.enabled }}http://{{ include "holdfast.name" (list . "edge") }}:{{ include "holdfast.port" "edge" }}{{ end -}}
{{- end -}}
{{- end }}

{{/* Whether what is sent to a URL could be read on its way: http, and to no host that only the cluster or network has. */}}
{{- define "holdfast.isReadable" -}}
{{- $url := urlParse . -}}
{{- $host := regexReplaceAll ":[0-9]+$" $url.host "" -}}
{{- $own := `^([^.:]+|.+\.(svc|cluster\.local|internal|local|localhost)|(127|10)(\.[0-9]+){3}|192\.168(\.[0-9]+){2}|172\.(1[6-9]|2[0-9]|3[01])(\.[0-9]+){2}|\[(::1|f[cd][0-9a-f]{2}:.*)\])$` -}}
{{- if and (eq $url.scheme "http") (not (regexMatch $own $host)) }}true{{ end -}}
{{- end }}

{{/* What a part listens on. */}}
{{- define "holdfast.port" -}}
{{- get (dict "core" "8788" "edge" "8787") . -}}
{{- end }}
