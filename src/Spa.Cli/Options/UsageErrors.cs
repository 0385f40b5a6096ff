using System.CommandLine;
using Spa.Engine.Configuration;

namespace Spa.Cli.Options;

/// <summary>What is wrong with a command line, in one line.</summary>
internal static class UsageErrors
{
    /// <summary>The message for a command line that has errors. What was not understood at all comes first: the rest often follows from it.</summary>
    public static string Describe(ParseResult parse)
    {
        Command command = parse.CommandResult.Command;
        string path = PathOf(parse);
        string message = parse.UnmatchedTokens.Count > 0 ? Unmatched(parse.UnmatchedTokens[0], command, path)
            : parse.Errors[0].Message.ReplaceLineEndings(" ").TrimEnd('.', ' ');
        return $"{message}; see '{path} --help'";
    }

    /// <summary>The words up to the command: <c>spa eval preferences</c>.</summary>
    public static string PathOf(ParseResult parse)
    {
        List<string> names = [];
        for (System.CommandLine.Parsing.SymbolResult? at = parse.CommandResult; at is System.CommandLine.Parsing.CommandResult command; at = at.Parent)
            names.Insert(0, command.Command is RootCommand ? "spa" : command.Command.Name);
        return string.Join(' ', names);
    }

    private static string Unmatched(string token, Command command, string path)
    {
        if (token.StartsWith('-'))
        {
            string name = token.Split('=', 2)[0];
            return $"unknown option '{name}' of '{path}'{Spelling.Hint(name, OptionNames(command))}";
        }

        IEnumerable<string> commands = command.Subcommands.Where(sub => !sub.Hidden).Select(sub => sub.Name);
        return command.Subcommands.Count > 0
            ? $"unknown command '{token}' of '{path}'{Spelling.Hint(token, commands)}"
            : $"unexpected argument '{token}' of '{path}'";
    }

    private static IEnumerable<string> OptionNames(Command command)
    {
        IEnumerable<Option> inherited = command.Parents.OfType<Command>().SelectMany(Inherited);
        return command.Options.Concat(inherited).SelectMany(option => option.Aliases.Prepend(option.Name)).Where(name => name.StartsWith("--", StringComparison.Ordinal));
    }

    private static IEnumerable<Option> Inherited(Command parent) =>
        parent.Options.Where(option => option.Recursive).Concat(parent.Parents.OfType<Command>().SelectMany(Inherited));
}
