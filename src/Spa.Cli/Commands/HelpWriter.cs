using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Spa.Cli.Options;
using Spa.Cli.Terminal;

namespace Spa.Cli.Commands;

/// <summary>The help texts: an overview of all commands, and a page for each.</summary>
internal sealed class HelpWriter(CliConsole console, CommonOptions common) : SynchronousCommandLineAction
{
    private const int MaxWidth = 110;
    private const int MaxFirstColumn = 30;

    public override bool ClearsParseErrors => true;

    private int Width => Math.Clamp(console.Width(), 40, MaxWidth);

    public override int Invoke(ParseResult parseResult)
    {
        Command command = parseResult.CommandResult.Command;
        if (command is CliCommand page) WritePage(page, UsageErrors.PathOf(parseResult));
        else WriteOverview(command, UsageErrors.PathOf(parseResult));
        return ExitCodes.Done;
    }

    private void WriteOverview(Command command, string path)
    {
        Paragraph(command.Description ?? "");
        Line();
        Line($"Usage: {path} COMMAND [options]");
        Line();
        Line("Commands:");
        Table(command.Subcommands.Where(sub => !sub.Hidden).Select(sub => (sub.Name, sub.Description ?? "")));
        Line();
        Line($"'{path} COMMAND --help' shows a command's options and an example.");
        if (command is not RootCommand) return;
        Line();
        Line("Options of every command:");
        Table(common.All.Select(Row));
        Line();
        Line("Exit codes: 0 done, 1 the work failed, 2 wrong usage, 130 interrupted (the same command goes on).");
    }

    private void WritePage(CliCommand command, string path)
    {
        Paragraph(command.Description ?? "");
        Line();
        Line($"Usage: {path} {command.Synopsis}".TrimEnd());
        foreach (string paragraph in command.Details.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            Line();
            Paragraph(paragraph);
        }

        (string, string)[] arguments = [.. command.Arguments.Select(argument => (argument.HelpName ?? argument.Name, argument.Description ?? ""))];
        if (arguments.Length > 0) Section("Arguments:", arguments);
        (string, string)[] options = [.. command.Options.Where(option => option is not HelpOption).Select(Row)];
        if (options.Length > 0) Section("Options:", options);
        Section("Options of every command:", common.All.Select(Row));
        if (command.Examples.Count == 0) return;
        Line();
        Line(command.Examples.Count == 1 ? "Example:" : "Examples:");
        foreach (string example in command.Examples) Line($"  {example}");
    }

    private void Section(string title, IEnumerable<(string, string)> rows)
    {
        Line();
        Line(title);
        Table(rows);
    }

    private static (string First, string Second) Row(Option option)
    {
        string names = string.Join(", ", option.Aliases.Where(alias => alias.Length == 2).Append(option.Name));
        string value = option.HelpName is null ? "" : $" {option.HelpName}";
        return (names + value, option.Required ? $"{option.Description} Required." : option.Description ?? "");
    }

    private void Table(IEnumerable<(string First, string Second)> rows)
    {
        (string First, string Second)[] all = [.. rows];
        int column = Math.Min(MaxFirstColumn, all.Max(row => row.First.Length)) + 4;
        foreach ((string first, string second) in all)
        {
            string[] lines = [.. Wrap(second, Width - column)];
            // A first column that is too wide gets a line of its own.
            bool alone = first.Length + 4 > column;
            if (alone) Line($"  {first}");
            Line(((alone ? "" : $"  {first}").PadRight(column) + lines.FirstOrDefault("")).TrimEnd());
            foreach (string line in lines.Skip(1)) Line(new string(' ', column) + line);
        }
    }

    private void Paragraph(string text)
    {
        foreach (string line in Wrap(text, Width)) Line(line);
    }

    private static IEnumerable<string> Wrap(string text, int width)
    {
        string line = "";
        foreach (string word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line;
                line = "";
            }

            line = line.Length == 0 ? word : $"{line} {word}";
        }

        if (line.Length > 0) yield return line;
    }

    private void Line(string text = "") => console.Out.WriteLine(text);
}
