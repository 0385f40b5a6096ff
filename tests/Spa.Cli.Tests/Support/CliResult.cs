using System.Text.Json.Nodes;

namespace Spa.Cli.Tests.Support;

/// <summary>What a call of <c>spa</c> left behind.</summary>
internal sealed record CliResult(int ExitCode, string Out, string Error)
{
    /// <summary>stdout as one JSON document.</summary>
    public JsonObject Json => JsonNode.Parse(Out)!.AsObject();

    /// <summary>Asserts success and passes the result on.</summary>
    public CliResult Succeeded()
    {
        Assert.That(ExitCode, Is.Zero, Error);
        return this;
    }

    /// <summary>Asserts that stderr is one line that begins with <c>error: </c> and holds every one of <paramref name="parts"/>.</summary>
    public void FailedWith(int exitCode, params string[] parts)
    {
        Assert.That(Error, Does.StartWith("error: "));
        Assert.That(Error.TrimEnd('\n').Contains('\n', StringComparison.Ordinal), Is.False, $"more than one line: {Error}");
        foreach (string part in parts) Assert.That(Error, Does.Contain(part));
        Assert.That(Error, Does.Not.Contain("internal"));
        Assert.That(ExitCode, Is.EqualTo(exitCode), Error);
    }
}
