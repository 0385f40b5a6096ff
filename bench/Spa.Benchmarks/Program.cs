using System.Reflection;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters.Json;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using Spa.Benchmarks.Baselines;
using Spa.Benchmarks.Cuda;

if (BenchmarkVerbs.IsVerb(args)) return BenchmarkVerbs.Run(args, Directory.GetCurrentDirectory(), Console.Out, Console.Error);
// Without a device its benchmarks are left out: '*' means all that can run here.
Type[] types = [.. typeof(Program).Assembly.GetTypes().Where(type => !type.IsAbstract && type.GetMethods().Any(method => method.GetCustomAttribute<BenchmarkAttribute>() is not null))
    .Where(type => BenchmarkDevice.IsAvailable || !type.IsSubclassOf(typeof(DeviceBenchmark)))];
Summary[] summaries = [.. BenchmarkSwitcher.FromTypes(types).Run(args, DefaultConfig.Instance.AddExporter(JsonExporter.Full).AddDiagnoser(new WorkDiagnoser()))];
foreach (string folder in summaries.Select(summary => summary.ResultsDirectoryPath).Distinct())
    if (BenchmarkDevice.Description is { } device) DeviceFile.Write(folder, device);
return summaries.Any(summary => summary.HasCriticalValidationErrors || summary.Reports.Any(report => !report.Success)) ? 1 : 0;
