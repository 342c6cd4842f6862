{{/* The Deployment of a part: (dict "root" . "part" "core"). */}}
{{- define "holdfast.deployment" -}}
{{- $of := list .root .part -}}
{{- $values := get .root.Values .part -}}
{{- $metrics := .root.Values.metrics.enabled -}}
{{- $list := ternary .root.Values.core.refusedPasswords.claim "" (eq .part "core") -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "holdfast.name" $of }}
  labels:
    {{- include "holdfast.labels" $of | nindent 4 }}
spec:
  {{- if not $values.autoscaling.enabled }}
  replicas: {{ $values.replicas }}
  {{- end }}
  revisionHistoryLimit: 5
  strategy:
    type: RollingUpdate
    rollingUpdate:
      # The new ones first: a rollout takes nothing from what is on sale.
      maxSurge: 25%
      maxUnavailable: 0
  selector:
    matchLabels:
      {{- include "holdfast.selector" $of | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "holdfast.labels" $of | nindent 8 }}
      annotations:
        checksum/config: {{ include (printf "holdfast.%sConfig" .part) .root | sha256sum }}
    spec:
      serviceAccountName: {{ include "holdfast.name" $of }}
      automountServiceAccountToken: false
      enableServiceLinks: false
      {{- with include "holdfast.pullSecrets" .root }}{{ . | nindent 6 }}{{ end }}
      securityContext:
        {{- include "holdfast.podSecurity" . | nindent 8 }}
      topologySpreadConstraints:
        {{- include "holdfast.spread" $of | trim | nindent 8 }}
      terminationGracePeriodSeconds: {{ $values.shutdown.graceSeconds }}
      containers:
        - name: {{ .part }}
          image: {{ include "holdfast.image" (list .root $values.image) }}
          imagePullPolicy: IfNotPresent
          securityContext:
            {{- include "holdfast.containerSecurity" . | nindent 12 }}
          envFrom:
            - configMapRef:
                name: {{ include "holdfast.name" $of }}
          env:
            {{- include (printf "holdfast.%sEnv" .part) .root | trim | nindent 12 }}
          ports:
            - name: http
              containerPort: {{ include "holdfast.port" .part }}
            {{- if $metrics }}
            - name: metrics
              containerPort: {{ .root.Values.metrics.port }}
            {{- end }}
          {{- include "holdfast.probes" . | nindent 10 }}
          lifecycle:
            preStop:
              sleep:
                seconds: {{ $values.shutdown.preStopSeconds }}
          resources:
            {{- toYaml $values.resources | nindent 12 }}
          {{- if $list }}
          volumeMounts:
            - name: refused-passwords
              mountPath: /refused-passwords
              readOnly: true
      volumes:
        - name: refused-passwords
          persistentVolumeClaim:
            claimName: {{ $list }}
            readOnly: true
          {{- end }}
{{- end }}

{{/* What core and the edge tell of requests, beside numbers. */}}
{{- define "holdfast.tellingConfig" -}}
LOG_LEVEL: {{ .Values.logs.level }}
{{- with .Values.tracing.endpoint }}
OTEL_EXPORTER_OTLP_ENDPOINT: {{ . | quote }}
OTEL_TRACES_SAMPLER_ARG: {{ $.Values.tracing.ratio | quote }}
{{- end }}
{{- end }}

{{/* What of a part is no secret: (dict "root" . "part" "core"). */}}
{{- define "holdfast.configMap" -}}
{{- $of := list .root .part -}}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "holdfast.name" $of }}
  labels:
    {{- include "holdfast.labels" $of | nindent 4 }}
data:
  {{- include (printf "holdfast.%sConfig" .part) .root | trim | nindent 2 }}
{{- end }}

{{- define "holdfast.service" -}}
{{- $of := list .root .part -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "holdfast.name" $of }}
  labels:
    {{- include "holdfast.labels" $of | nindent 4 }}
spec:
  type: ClusterIP
  selector:
    {{- include "holdfast.selector" $of | nindent 4 }}
  ports:
    - name: http
      port: {{ include "holdfast.port" .part }}
      targetPort: http
    {{- if .root.Values.metrics.enabled }}
    - name: metrics
      port: {{ .root.Values.metrics.port }}
      targetPort: metrics
    {{- end }}
{{- end }}

{{- define "holdfast.serviceAccount" -}}
{{- $of := list .root .part -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ include "holdfast.name" $of }}
  labels:
    {{- include "holdfast.labels" $of | nindent 4 }}
# Nothing of Holdfast talks to Kubernetes.
automountServiceAccountToken: false
{{- end }}

{{- define "holdfast.autoscaler" -}}
{{- $of := list .root .part -}}
{{- $scaling := (get .root.Values .part).autoscaling -}}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ include "holdfast.name" $of }}
  labels:
    {{- include "holdfast.labels" $of | nindent 4 }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ include "holdfast.name" $of }}
  minReplicas: {{ $scaling.minReplicas }}
  maxReplicas: {{ $scaling.maxReplicas }}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target:
          type: Utilization
          averageUtilization: {{ $scaling.cpuPercent }}
  behavior:
    scaleDown:
      # A sale comes in waves.
      stabilizationWindowSeconds: 600
{{- end }}

{{- define "holdfast.disruptionBudget" -}}
{{- $of := list .root .part -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "holdfast.name" $of }}
  labels:
    {{- include "holdfast.labels" $of | nindent 4 }}
spec:
  maxUnavailable: 1
  # A pod that is not ready serves nobody: it must not keep a node from being drained.
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "holdfast.selector" $of | nindent 6 }}
{{- end }}

{{/* What of a part is shown at its host: of core what edges ask, and neither probes nor metrics. */}}
{{- define "holdfast.shownPaths" -}}
{{- $core := list (dict "path" "/v1" "type" "Prefix") (dict "path" "/internal" "type" "Prefix") (dict "path" "/.well-known/jwks.json" "type" "Exact") -}}
{{- toJson (get (dict "core" $core "edge" (list (dict "path" "/" "type" "Prefix"))) .) -}}
{{- end }}

{{- define "holdfast.ingress" -}}
{{- $of := list .root .part -}}
{{- $ingress := (get .root.Values .part).ingress -}}
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {{ include "holdfast.name" $of }}
  labels:
    {{- include "holdfast.labels" $of | nindent 4 }}
  {{- with $ingress.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  {{- with $ingress.className }}
  ingressClassName: {{ . }}
  {{- end }}
  tls:
    - hosts: [{{ $ingress.host }}]
      secretName: {{ $ingress.tlsSecret }}
  rules:
    - host: {{ $ingress.host }}
      http:
        paths:
          {{- range include "holdfast.shownPaths" .part | fromJsonArray }}
          - path: {{ .path }}
            pathType: {{ .type }}
            backend:
              service:
                name: {{ include "holdfast.name" $of }}
                port:
                  name: http
          {{- end }}
{{- end }}
