using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters.Json;
using BenchmarkDotNet.Running;
using Spa.Benchmarks.Baselines;

if (BenchmarkVerbs.IsVerb(args)) return BenchmarkVerbs.Run(args, Directory.GetCurrentDirectory(), Console.Out, Console.Error);
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, DefaultConfig.Instance.AddExporter(JsonExporter.Full).AddDiagnoser(new WorkDiagnoser()));
return 0;
