using SharpFuzz;
using Spa.Fuzz;

// Spa.Fuzz TARGET FILE... reads files; Spa.Fuzz TARGET alone is driven by afl-fuzz (run.sh).
if (args.Length == 0 || !FuzzTargets.All.TryGetValue(args[0], out Action<string>? read))
{
    Console.Error.WriteLine($"usage: Spa.Fuzz TARGET [FILE...]; targets: {string.Join(", ", FuzzTargets.All.Keys)}");
    return 2;
}

if (args.Length > 1)
{
    foreach (string file in args[1..]) Console.WriteLine($"{file}: {FuzzTargets.Run(read, file, alone: true) ?? "read"}");
    return 0;
}

string scratch = Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"spa-fuzz-{Environment.ProcessId}");
Fuzzer.OutOfProcess.Run(input =>
{
    using (FileStream output = File.Create(scratch)) input.CopyTo(output);
    FuzzTargets.Run(read, scratch, alone: true);
});
return 0;
