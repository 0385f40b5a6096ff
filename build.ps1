# build.ps1 VERB: build | test | bench | kernels | pack | format | clean. The twin of build.sh; every verb is one dotnet call.
param(
    [ValidateSet('build', 'test', 'bench', 'kernels', 'pack', 'format', 'clean')]
    [string] $Verb = 'build',
    [Parameter(ValueFromRemainingArguments = $true)]
    [string[]] $Rest = @()
)
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
[IO.Directory]::SetCurrentDirectory($PSScriptRoot)

switch ($Verb) {
    'build'  { & dotnet build ([IO.Path]::Combine($PSScriptRoot, 'Spa.sln')) -c Release @Rest }
    'test'   { & dotnet test --solution ([IO.Path]::Combine($PSScriptRoot, 'Spa.sln')) -c Release @Rest }
    'bench'  { & dotnet run -c Release --project ([IO.Path]::Combine($PSScriptRoot, 'bench/Spa.Benchmarks')) -- @Rest }
    'kernels' { & dotnet run -c Release --project ([IO.Path]::Combine($PSScriptRoot, 'src/Spa.Cli')) -- kernels build --archive ([IO.Path]::Combine($PSScriptRoot, 'native/kernels.ptx.br')) @Rest }
    'pack'   { & dotnet pack ([IO.Path]::Combine($PSScriptRoot, 'Spa.sln')) -c Release -o ([IO.Path]::Combine($PSScriptRoot, 'artifacts')) @Rest }
    'format' { & dotnet format ([IO.Path]::Combine($PSScriptRoot, 'Spa.sln')) @Rest }
    'clean'  { & dotnet clean ([IO.Path]::Combine($PSScriptRoot, 'Spa.sln')) -c Release @Rest }
}
if ($LASTEXITCODE -ne 0) { throw "dotnet ended with exit code $LASTEXITCODE" }
