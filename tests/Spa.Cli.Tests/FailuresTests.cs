using Spa.Engine;

namespace Spa.Cli.Tests;

internal sealed class FailuresTests
{
    [Test]
    public void A_user_s_mistake_is_one_line_with_its_exit_code()
    {
        Assert.That(Report(new SpaException("rows.jsonl:3: no prompt"), out string text), Is.EqualTo(1));
        Assert.That(text, Is.EqualTo("error: rows.jsonl:3: no prompt\n"));
        Assert.That(Report(new UsageException("unknown key 'betta'"), out _), Is.EqualTo(2));
    }

    [Test]
    public void What_a_parallel_loop_wraps_is_unwrapped()
    {
        Assert.That(Report(new AggregateException(new SpaException("inner")), out string text), Is.EqualTo(1));
        Assert.That(text, Is.EqualTo("error: inner\n"));
    }

    [Test]
    public void A_defect_is_one_line_without_a_stack_trace()
    {
        Assert.That(Report(Thrown(), out string text), Is.EqualTo(1));
        Assert.That(text, Does.StartWith("error: internal: InvalidOperationException: two lines"));
        Assert.That(text.TrimEnd('\n'), Does.Not.Contain("\n"));
    }

    [Test]
    public void Verbose_adds_the_stack_trace()
    {
        using StringWriter error = new();
        Failures.Report(Thrown(), error, verbose: true, CancellationToken.None);
        Assert.That(error.ToString(), Does.Contain("   at "));
    }

    [Test]
    public void A_full_disk_and_too_little_memory_are_one_line()
    {
        Assert.That(Report(new IOException("No space left on device", 28), out string disk), Is.EqualTo(1));
        Assert.That(disk, Is.EqualTo("error: No space left on device\n"));
        Assert.That(Report(new InsufficientMemoryException(), out string memory), Is.EqualTo(1));
        Assert.That(memory, Does.StartWith("error: out of memory"));
    }

    [Test]
    public void A_cancelled_call_ends_with_130_only_if_a_signal_came()
    {
        using CancellationTokenSource signal = new();
        using StringWriter error = new();
        Assert.That(Failures.Report(new OperationCanceledException(), error, false, signal.Token), Is.EqualTo(1));
        signal.Cancel();
        Assert.That(Failures.Report(new OperationCanceledException(), error, false, signal.Token), Is.EqualTo(130));
    }

    private static int Report(Exception exception, out string text)
    {
        using StringWriter error = new() { NewLine = "\n" };
        int exitCode = Failures.Report(exception, error, verbose: false, CancellationToken.None);
        text = error.ToString();
        return exitCode;
    }

    private static InvalidOperationException Thrown()
    {
        try
        {
            throw new InvalidOperationException("two\nlines");
        }
        catch (InvalidOperationException error)
        {
            return error;
        }
    }
}
