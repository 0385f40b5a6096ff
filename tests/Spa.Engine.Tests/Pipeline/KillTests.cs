using System.Diagnostics;
using Spa.Engine.Pipeline;

namespace Spa.Engine.Tests.Pipeline;

/// <summary>kill -9 at any moment, the same command again: the same weights, samples, pairs and metrics. And SIGTERM, and a full disk.</summary>
[NonParallelizable]
internal sealed class KillTests
{
    private const int Kills = 20;

    [Test]
    public void Killed_at_20_random_moments_a_run_ends_with_the_same_bytes()
    {
        using TinyRun whole = new();
        SortedDictionary<string, string> expected = TinyRun.Outcome(whole.Execute().Path);

        var random = new Random(20);
        int kills = 0, finished = 0;
        TimeSpan longest = TimeSpan.FromMilliseconds(900);
        while (kills < Kills)
        {
            using TinyRun tiny = new();
            while (true)
            {
                using ChildRun child = new(tiny.ConfigPath);
                child.AwaitReady();
                var watch = Stopwatch.StartNew();
                // Past the first second the process is warm and phases follow each other quickly; early moments meet start-up and validation.
                TimeSpan moment = longest * random.NextDouble();
                if (kills < Kills && child.Wait(moment) is null)
                {
                    child.Kill();
                    kills++;
                    continue;
                }
                Assert.That(child.Wait(), Is.Zero, () => child.Errors);
                // Moments cover the time that a run takes on this machine.
                if (watch.Elapsed > longest) longest = watch.Elapsed;
                break;
            }
            finished++;
            SpaRunTests.AssertSame(TinyRun.Outcome(tiny.OutputPath), expected);
        }
        TestContext.Out.WriteLine($"{kills} kills in {finished} runs, moments up to {longest.TotalMilliseconds:F0} ms");
    }

    [Test]
    [Platform("Linux")]
    public void Sigterm_checkpoints_and_ends_with_130_and_the_same_command_goes_on()
    {
        using TinyRun whole = new(), tiny = new();
        SortedDictionary<string, string> expected = TinyRun.Outcome(whole.Execute().Path);
        int interrupted = 0;
        for (int moment = 250; interrupted < 3 && moment < 5000; moment += 150)
        {
            using ChildRun child = new(tiny.ConfigPath);
            child.AwaitReady();
            Thread.Sleep(moment);
            child.Terminate();
            int code = child.Wait();
            if (code == 0) break;
            Assert.That(code, Is.EqualTo(130), () => child.Errors);
            interrupted++;
        }
        Assert.That(interrupted, Is.Positive);
        using ChildRun last = new(tiny.ConfigPath);
        Assert.That(last.Wait(), Is.Zero, () => last.Errors);
        SpaRunTests.AssertSame(TinyRun.Outcome(tiny.OutputPath), expected);
    }

    [Test]
    [Platform("Linux")]
    public void A_full_disk_stops_with_one_line_and_the_same_command_goes_on_when_there_is_space()
    {
        RequireMounts();
        using TinyRun whole = new(), tiny = new();
        SortedDictionary<string, string> expected = TinyRun.Outcome(whole.Execute().Path);
        Directory.CreateDirectory(tiny.OutputPath);
        string kept = tiny.In("kept"), config = tiny.ConfigPath, output = tiny.OutputPath;
        // Enough for the models, so that the check before the run passes; not for the checkpoints that are asked for.
        string script = $"mount -t tmpfs -o size=700k tmpfs {output} || exit 99; $spa {config}; echo $? >&2; mount -o remount,size=50m {output}; $spa {config}; echo $? >&2; cp -r {output} {kept}";
        using ChildRun child = ChildRun.InOwnMounts(script);
        Assert.That(child.Wait(), Is.Zero, () => child.Errors);
        Assert.That(child.Errors.Split('\n'), Has.Length.EqualTo(3), "one line of error, and two exit codes");
        Assert.That(child.Errors, Does.Match("^error: .*No space left on device.*; .*\n1\n0$|^error: cannot write '.*': the disk is full; free some space or choose another output folder\n1\n0$"));
        SpaRunTests.AssertSame(TinyRun.Outcome(kept), expected);
    }

    [Test]
    [Platform("Linux")]
    public void A_file_that_may_not_grow_stops_with_one_line_and_the_same_command_goes_on()
    {
        using TinyRun whole = new(), tiny = new();
        SortedDictionary<string, string> expected = TinyRun.Outcome(whole.Execute().Path);
        // Blocks of 1024 bytes: below the size of a model. Without the signal the write fails, as on a disk whose files cannot be larger; the runtime's own
        // double mapping of code would need a larger file.
        using (ChildRun child = ChildRun.InShell($"trap '' XFSZ; export DOTNET_EnableWriteXorExecute=0; ulimit -f 16; $spa {tiny.ConfigPath}"))
        {
            Assert.That(child.Wait(), Is.EqualTo(1), () => child.Errors);
            Assert.That(child.Errors, Does.Match(@"^error: .*the file would be larger than the disk or a limit allows \(ulimit -f\).*$"));
        }
        using ChildRun again = new(tiny.ConfigPath);
        Assert.That(again.Wait(), Is.Zero, () => again.Errors);
        SpaRunTests.AssertSame(TinyRun.Outcome(tiny.OutputPath), expected);
    }

    [Test]
    [Platform("Linux")]
    public void A_disk_with_too_little_space_is_found_before_the_run()
    {
        RequireMounts();
        using TinyRun tiny = new();
        Directory.CreateDirectory(tiny.OutputPath);
        using ChildRun child = ChildRun.InOwnMounts($"mount -t tmpfs -o size=200k tmpfs {tiny.OutputPath} || exit 99; $spa {tiny.ConfigPath}; code=$?; ls {tiny.OutputPath} >&2; exit $code");
        Assert.That(child.Wait(), Is.EqualTo(1), () => child.Errors);
        Assert.That(child.Errors, Does.Match($"^error: cannot write to '{tiny.OutputPath}': .* are needed, .* are free; free some space or choose another output folder$"), "and nothing was written");
    }

    private static void RequireMounts()
    {
        try
        {
            using ChildRun child = ChildRun.InOwnMounts("mount -t tmpfs tmpfs /mnt");
            if (child.Wait() == 0) return;
        }
        catch (System.ComponentModel.Win32Exception)
        {
        }
        Assert.Ignore("this system does not let a process mount a small disk of its own");
    }
}
