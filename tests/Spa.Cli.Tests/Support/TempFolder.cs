using System.Text.Json.Nodes;

namespace Spa.Cli.Tests.Support;

/// <summary>A folder that goes away with the test.</summary>
internal sealed class TempFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("spa-cli-").FullName;

    public string In(string name) => Path.Combine(Root, name);

    /// <summary>Writes a text file; returns its path.</summary>
    public string Text(string name, string content)
    {
        File.WriteAllText(In(name), content);
        return In(name);
    }

    /// <summary>Writes lines; returns the file's path.</summary>
    public string Lines(string name, params IEnumerable<string> lines) => Text(name, string.Concat(lines.Select(line => line + "\n")));

    /// <summary>The rows of a JSON Lines file.</summary>
    public JsonObject[] Rows(string name) => [.. File.ReadLines(In(name)).Select(line => JsonNode.Parse(line)!.AsObject())];

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
